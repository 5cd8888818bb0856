"""A reply means the same on every wire, there and back, and the official clients can read it."""

from typing import cast

import msgspec
from anthropic.types import Message
from hypothesis import given
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from plimsoll.gateway.wire import Wire, read_reply, translate_reply

from property.gateway.conversations import Json
from property.gateway.replies import REPLIES, SIGNED, Reply, on_chat, on_messages


def translate(body: Json, source: Wire, target: Wire) -> Json:
    said = translate_reply(msgspec.json.encode(body), source=source, target=target, created_seconds=7)
    return cast("Json", msgspec.json.decode(said))


@given(REPLIES)
def test_a_chat_completion_is_the_same_in_anthropics_words_and_back(said: Reply):
    message = translate(on_chat(said), Wire.CHAT, Wire.MESSAGES)
    assert message == on_messages(said)
    assert translate(message, Wire.MESSAGES, Wire.CHAT) == on_chat(said)
    assert Message.model_validate(message, strict=True).usage.output_tokens == said.tokens.written


@given(SIGNED)
def test_a_message_of_anthropics_is_the_same_in_chat_and_back(said: Reply):
    completion = translate(on_messages(said), Wire.MESSAGES, Wire.CHAT)
    assert completion == on_chat(said)
    assert translate(completion, Wire.CHAT, Wire.MESSAGES) == on_messages(said)
    assert ChatCompletion.model_validate(completion, strict=True).choices[0].finish_reason == said.ending


@given(SIGNED)
def test_a_response_says_what_the_reply_says_wherever_it_came_from(said: Reply):
    response = translate(on_chat(said), Wire.CHAT, Wire.RESPONSES)
    assert translate(on_messages(said), Wire.MESSAGES, Wire.RESPONSES) == response
    parsed = Response.model_validate(response, strict=True)
    assert parsed.output_text == said.text
    read, written = (
        read_reply(Wire.RESPONSES, msgspec.json.encode(response)),
        read_reply(Wire.CHAT, msgspec.json.encode(on_chat(said))),
    )
    assert (read.text, read.reasoning, read.usage) == (written.text, written.reasoning, written.usage)
    assert read.tool_calls == written.tool_calls
