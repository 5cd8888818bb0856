"""A conversation means the same on every wire, there and back."""

from typing import cast

from anthropic.types import MessageParam
from hypothesis import given
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from plimsoll.gateway.wire import Wire, translate_request

from property.gateway.conversations import CONVERSATIONS, Conversation, Json, on_chat, on_messages, on_responses

CHAT_MESSAGES: TypeAdapter[list[ChatCompletionMessageParam]] = TypeAdapter(list[ChatCompletionMessageParam])
ANTHROPIC_TURNS: TypeAdapter[list[MessageParam]] = TypeAdapter(list[MessageParam])


def to_chat(body: Json) -> Json:
    return translate_request(body, source=Wire.MESSAGES, target=Wire.CHAT)


def to_messages(body: Json) -> Json:
    return translate_request(body, source=Wire.CHAT, target=Wire.MESSAGES)


@given(CONVERSATIONS)
def test_anthropics_conversation_is_the_same_in_chat_and_back(said: Conversation):
    chat = to_chat(on_messages(said))
    assert chat == on_chat(said)
    assert to_messages(chat) == on_messages(said)
    assert CHAT_MESSAGES.validate_python(chat["messages"])


@given(CONVERSATIONS)
def test_a_chat_is_the_same_in_anthropics_words_and_back(said: Conversation):
    messages = to_messages(on_chat(said))
    assert messages == on_messages(said)
    assert to_chat(messages) == on_chat(said)
    assert ANTHROPIC_TURNS.validate_python(messages["messages"])


@given(CONVERSATIONS)
def test_a_responses_conversation_is_the_same_in_chat_and_in_anthropics_words(said: Conversation):
    chat = translate_request(on_responses(said), source=Wire.RESPONSES, target=Wire.CHAT)
    expected = cast("list[Json]", on_chat(said)["messages"])[1 if said.system else 0 :]
    assert cast("list[Json]", chat["messages"])[len(said.system) :] == expected
    messages = translate_request(on_responses(said), source=Wire.RESPONSES, target=Wire.MESSAGES)
    assert messages == on_messages(said)
