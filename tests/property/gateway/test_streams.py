"""A stream in another wire's words adds up to the whole reply in those words, in the official clients' own hands."""

from itertools import pairwise
from typing import Any, cast

import msgspec
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from hypothesis import given
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from plimsoll.gateway.wire import (
    EventSplitter,
    StreamReader,
    StreamTranslator,
    Wire,
    event_data,
    read_reply,
    translate_reply,
)

from property.gateway.conversations import Json
from property.gateway.replies import REPLIES, SIGNED, Reply, chat_stream, messages_stream, on_chat, on_messages

ANTHROPIC_EVENT: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)
OPENAI_EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
SIZES = st.integers(1, 9)
CUTS = st.lists(st.integers(0, 3000), max_size=8)


def translate_stream(stream: bytes, source: Wire, target: Wire, *, cuts: list[int]) -> list[bytes]:
    """Cut the stream anywhere and return the data of what comes out."""
    splitter, translator = EventSplitter(), StreamTranslator(source, target, created_seconds=7)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    events = [event for start, end in pairwise(edges) for event in splitter.feed(stream[start:end])]
    said = [part for event in events for part in translator.feed(event)] + translator.finish()
    return [data for part in said for event in EventSplitter().feed(part) if (data := event_data(event))]


def translate_whole(body: Json, source: Wire, target: Wire) -> bytes:
    return translate_reply(msgspec.json.encode(body), source=source, target=target, created_seconds=7)


@given(said=REPLIES, size=SIZES, cuts=CUTS, interleaved=st.booleans())
def test_a_chat_stream_adds_up_to_anthropics_message(*, said: Reply, size: int, cuts: list[int], interleaved: bool):
    stream = chat_stream(said, size, interleaved=interleaved)
    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for data in translate_stream(stream, Wire.CHAT, Wire.MESSAGES, cuts=cuts):
        event = ANTHROPIC_EVENT.validate_json(data)
        snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    expected = Message.model_validate_json(translate_whole(on_chat(said), Wire.CHAT, Wire.MESSAGES))
    assert Message.model_validate(snapshot.to_dict()) == expected


@given(said=SIGNED, size=SIZES, cuts=CUTS)
def test_a_stream_of_anthropics_adds_up_to_the_chat_completion(*, said: Reply, size: int, cuts: list[int]):
    state = ChatCompletionStreamState()
    *chunks, done = translate_stream(messages_stream(said, size), Wire.MESSAGES, Wire.CHAT, cuts=cuts)
    for data in chunks:
        state.handle_chunk(ChatCompletionChunk.model_validate_json(data))
    whole = cast("dict[str, Any]", msgspec.json.decode(translate_whole(on_messages(said), Wire.MESSAGES, Wire.CHAT)))
    snapshot = state.current_completion_snapshot
    message = snapshot.choices[0].message.model_dump(exclude_none=True, exclude={"parsed"})
    assert {**message, "content": message.get("content") or None} == {**shown(whole), "content": said.text or None}
    assert (snapshot.choices[0].finish_reason, snapshot.id, done) == (said.ending, "r1", b"[DONE]")
    assert snapshot.usage is not None
    assert snapshot.usage.model_dump(exclude_none=True) == whole["usage"]


def shown(whole: dict[str, Any]) -> Json:
    """Return the message as the client's stream shows it: numbered lists, nothing that is null."""
    message = {name: value for name, value in whole["choices"][0]["message"].items() if value is not None}
    for name in ("tool_calls", "thinking_blocks"):
        if name in message:
            message[name] = [{**part, "index": index} for index, part in enumerate(message[name])]
    return message


@given(said=SIGNED, size=SIZES, cuts=CUTS, from_chat=st.booleans())
def test_a_responses_stream_ends_with_the_whole_response(*, said: Reply, size: int, cuts: list[int], from_chat: bool):
    source = Wire.CHAT if from_chat else Wire.MESSAGES
    stream = chat_stream(said, size, interleaved=True) if from_chat else messages_stream(said, size)
    events = translate_stream(stream, source, Wire.RESPONSES, cuts=cuts)
    parsed = [OPENAI_EVENT.validate_json(data) for data in events]
    assert [event.sequence_number for event in parsed] == list(range(len(parsed)))
    whole = translate_whole(on_chat(said) if from_chat else on_messages(said), source, Wire.RESPONSES)
    last = cast("dict[str, Json]", msgspec.json.decode(events[-1]))
    assert last["response"] == msgspec.json.decode(whole)
    deltas = [event.delta for event in parsed if event.type == "response.output_text.delta"]
    assert "".join(deltas) == said.text
    done = [event.item.model_dump(exclude_unset=True) for event in parsed if event.type == "response.output_item.done"]
    assert done == last["response"]["output"]


@given(said=SIGNED, size=SIZES, from_chat=st.booleans())
def test_reading_along_gives_the_same_facts_as_reading_the_whole(*, said: Reply, size: int, from_chat: bool):
    plain = msgspec.structs.replace(said, signature="") if from_chat else said
    stream = chat_stream(plain, size, interleaved=True) if from_chat else messages_stream(plain, size)
    wire = Wire.CHAT if from_chat else Wire.MESSAGES
    reader = StreamReader(wire)
    for event in EventSplitter().feed(stream):
        reader.observe(event)
    assert reader.facts() == read_reply(wire, msgspec.json.encode(on_chat(plain) if from_chat else on_messages(plain)))
    assert reader.is_complete
