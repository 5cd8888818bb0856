"""What translation of replies and streams does at their edges; the rule itself is a property test."""

from typing import cast

import msgspec
import pytest

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire import StreamTranslator, Wire, event_data, event_name, translate_reply, write_event

Json = dict[str, object]


def translate(body: Json, source: Wire, target: Wire) -> Json:
    return cast("Json", msgspec.json.decode(translate_reply(msgspec.json.encode(body), source=source, target=target)))


def completion(finish: str | None = "stop", **message: object) -> Json:
    return {"id": "r", "model": "m", "created": 7, "choices": [{"message": message, "finish_reason": finish}]}


def chunk(delta: Json | None = None, finish: str | None = None) -> bytes:
    return write_event(
        {"id": "r", "model": "m", "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}]}
    )


def call(index: int, arguments: str, **more: object) -> bytes:
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments, "name": "find"}} | more]})


def names(events: list[bytes]) -> list[bytes | None]:
    return [event_name(event) for event in events]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("of_tomorrow", "stop"),
    ],
)
def test_anthropics_stop_reasons_in_the_words_of_chat(word: str, expected: str):
    body: Json = {"id": "r", "content": [{"type": "text", "text": "a"}], "stop_reason": word}
    said = cast("dict[str, list[Json]]", translate(body, Wire.MESSAGES, Wire.CHAT))
    assert said["choices"][0]["finish_reason"] == expected


def test_a_forced_call_that_ends_with_stop_is_a_call_for_anthropics_client():
    body = completion(content=None, tool_calls=[{"id": "c", "function": {"name": "find", "arguments": "{}"}}])
    assert translate(body, Wire.CHAT, Wire.MESSAGES)["stop_reason"] == "tool_use"


def test_a_refusal_is_text_and_reason_for_anthropics_client_and_a_part_for_openais():
    body = completion(content=None, refusal="no")
    said = translate(body, Wire.CHAT, Wire.MESSAGES)
    assert (said["content"], said["stop_reason"]) == ([{"type": "text", "text": "no"}], "refusal")
    assert said["stop_details"] == {"type": "refusal", "category": None, "explanation": "no"}
    output = cast("list[dict[str, object]]", translate(body, Wire.CHAT, Wire.RESPONSES)["output"])
    assert output[0]["content"] == [{"type": "refusal", "refusal": "no"}]


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
def test_a_response_that_was_cut_says_why(finish: str, reason: str):
    said = translate(completion(finish, content="a"), Wire.CHAT, Wire.RESPONSES)
    assert (said["status"], said["incomplete_details"]) == ("incomplete", {"reason": reason})


def test_encrypted_thinking_comes_back_to_anthropic():
    block: Json = {"type": "redacted_thinking", "data": "x"}
    body: Json = {"id": "r", "content": [block, {"type": "text", "text": "a"}], "stop_reason": "end_turn"}
    chat = translate(body, Wire.MESSAGES, Wire.CHAT)
    assert cast("list[Json]", translate(chat, Wire.CHAT, Wire.MESSAGES)["content"])[0] == block


def test_arguments_that_are_no_json_are_kept():
    body = completion(content=None, tool_calls=[{"id": "c", "function": {"name": "find", "arguments": "{'q': 1}"}}])
    content = cast("list[Json]", translate(body, Wire.CHAT, Wire.MESSAGES)["content"])
    assert content[0]["input"] == {"unparsed_arguments": "{'q': 1}"}


@pytest.mark.parametrize("wire", list(Wire))
def test_one_wire_needs_no_translation(wire: Wire):
    assert translate_reply(b"anything", source=wire, target=wire) == b"anything"


def test_an_error_is_no_reply_to_translate():
    with pytest.raises(UnusableAnswer, match="out of credit"):
        translate({"error": {"message": "out of credit"}}, Wire.CHAT, Wire.MESSAGES)


def test_an_interrupted_stream_is_not_closed():
    translator = StreamTranslator(Wire.CHAT, Wire.MESSAGES)
    said = translator.feed(chunk({"content": "hal"}))
    assert names(said) == [b"message_start", b"content_block_start", b"content_block_delta"]
    assert translator.finish() == []


def test_a_stream_without_its_last_event_is_closed_once_its_answer_is_whole():
    translator = StreamTranslator(Wire.CHAT, Wire.MESSAGES)
    translator.feed(chunk({"content": "hi"}))
    assert translator.feed(chunk(finish="stop")) == []
    assert names(translator.finish()) == [b"content_block_stop", b"message_delta", b"message_stop"]
    assert translator.finish() == []


@pytest.mark.parametrize("event", [b": OPENROUTER PROCESSING\n\n", b'event: ping\ndata: {"type": "ping"}\n\n'])
def test_heartbeats_keep_the_connection_alive(event: bytes):
    assert StreamTranslator(Wire.MESSAGES, Wire.CHAT).feed(event) == [b": ping\n\n"]


@pytest.mark.parametrize("target", [Wire.MESSAGES, Wire.RESPONSES])
def test_an_error_in_a_stream_ends_it_in_the_callers_words(target: Wire):
    translator = StreamTranslator(Wire.CHAT, target)
    translator.feed(chunk({"content": "hal"}))
    said = translator.feed(write_event({"error": {"message": "busy", "code": "overloaded"}}))
    assert names(said) == [b"error"]
    assert b"busy" in said[0]
    assert translator.feed(chunk({"content": "f"}, finish="stop")) == []
    assert translator.finish() == []


def test_usage_is_withheld_from_a_chat_caller_who_did_not_ask():
    translator = StreamTranslator(Wire.MESSAGES, Wire.CHAT, include_usage=False)
    usage = {"input_tokens": 1, "output_tokens": 1}
    translator.feed(write_event({"type": "message_start", "message": {"id": "r", "model": "m", "usage": usage}}))
    stop: Json = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}
    said = translator.feed(write_event(stop)) + translator.feed(write_event({"type": "message_stop"}))
    assert [b'"usage"' in event_data(event) for event in said] == [False, False]


def test_calls_that_are_written_at_once_come_out_one_after_the_other():
    translator = StreamTranslator(Wire.CHAT, Wire.MESSAGES)
    events = [
        call(0, '{"q"', id="a"),
        call(1, '{"q":2', id="b"),
        call(0, ":1}"),
        call(1, "}"),
        chunk(finish="tool_calls"),
    ]
    said = [part for event in events for part in translator.feed(event)] + translator.finish()
    texts = b"".join(event_data(part) for part in said if b"input_json_delta" in part)
    assert texts.index(b":1}") < texts.index(rb"{\"q\":2") < texts.index(b'partial_json":"}"')
    assert names(said).count(b"content_block_start") == names(said).count(b"content_block_stop") == 2


def test_a_call_that_goes_on_after_its_end_is_unusable():
    translator = StreamTranslator(Wire.CHAT, Wire.MESSAGES)
    for event in (call(0, "{}", id="a"), call(1, "{", id="b"), call(0, " ")):
        translator.feed(event)
    with pytest.raises(UnusableAnswer, match="goes on with a tool call that had ended"):
        translator.feed(call(0, "x"))
