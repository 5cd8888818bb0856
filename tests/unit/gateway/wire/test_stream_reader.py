from collections.abc import Iterable

import pytest

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire import ReplyError, StreamReader, Thinking, ToolCall, Wire, write_event
from plimsoll.records import Usage


def read(wire: Wire, events: Iterable[dict[str, object]], *, done: bool = False) -> StreamReader:
    reader = StreamReader(wire)
    for event in events:
        reader.observe(write_event(event))
    if done:
        reader.observe(b"data: [DONE]\n\n")
    return reader


def chunk(delta: dict[str, object] | None = None, finish: str | None = None, **more: object) -> dict[str, object]:
    return {
        "id": "r1",
        "model": "m",
        "created": 7,
        "choices": [{"delta": delta or {}, "finish_reason": finish}],
        **more,
    }


COUNTED = {"prompt_tokens": 3, "completion_tokens": 2}


@pytest.mark.parametrize(
    "end",
    [
        [chunk(finish="stop", usage=COUNTED)],
        [chunk(finish="stop"), {"choices": [], "usage": COUNTED}],
        [chunk(finish="stop", x_groq={"id": "g", "usage": COUNTED})],
        [{"choices": [{"delta": {}, "finish_reason": "stop", "usage": COUNTED}]}],
        [chunk(usage={"prompt_tokens": 3, "completion_tokens": 1}), chunk(finish="stop", usage=COUNTED)],
    ],
)
def test_usage_is_found_wherever_a_provider_puts_it(end: list[dict[str, object]]):
    reader = read(Wire.CHAT, [chunk({"role": "assistant", "content": ""}), chunk({"content": "hi"}), *end], done=True)
    facts = reader.facts()
    assert (facts.text, facts.finish_reason, facts.usage) == ("hi", "stop", Usage(input_tokens=3, output_tokens=2))
    assert reader.is_complete


def test_a_role_alone_is_no_content():
    reader = read(Wire.CHAT, [chunk({"role": "assistant", "content": ""})])
    assert not reader.has_content
    reader.observe(write_event(chunk({"content": "h"})))
    assert reader.has_content


def test_an_interrupted_chat_stream_says_what_came_and_no_usage():
    reader = read(Wire.CHAT, [chunk({"content": "hal"}), chunk({"content": "f"})])
    facts = reader.facts()
    assert (facts.text, facts.usage, facts.finish_reason, reader.is_complete) == ("half", None, "", False)


def test_calls_are_put_together_by_their_index():
    first = {"index": 0, "id": "a", "function": {"name": "find", "arguments": ""}}
    second = {"index": 1, "id": "b", "function": {"name": "read", "arguments": "{"}}
    events = [
        chunk({"tool_calls": [first]}),
        chunk({"tool_calls": [second]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"q":1}'}}]}),
        chunk({"tool_calls": [{"index": 1, "function": {"arguments": "}"}}]}),
    ]
    assert read(Wire.CHAT, events).facts().tool_calls == (
        ToolCall(id="a", name="find", arguments='{"q":1}'),
        ToolCall(id="b", name="read", arguments="{}"),
    )


def test_calls_without_an_index_are_told_apart_by_their_ids():
    calls = [{"id": "a", "function": {"name": "find", "arguments": "{"}}, {"function": {"arguments": "}"}}]
    calls.append({"id": "b", "function": {"name": "read", "arguments": "{}"}})
    facts = read(Wire.CHAT, [chunk({"tool_calls": [call]}) for call in calls]).facts()
    assert [(call.id, call.arguments) for call in facts.tool_calls] == [("a", "{}"), ("b", "{}")]


def test_calls_that_share_an_index_are_told_apart_by_id_and_name():
    calls = [{"index": 0, "id": name, "function": {"name": "find", "arguments": "{}"}} for name in "ab"]
    facts = read(Wire.CHAT, [chunk({"tool_calls": [call]}) for call in calls]).facts()
    assert [(call.id, call.arguments) for call in facts.tool_calls] == [("a", "{}"), ("b", "{}")]


def test_a_call_whose_id_changes_from_chunk_to_chunk_stays_one():
    first = {"index": 0, "id": "a", "function": {"name": "find", "arguments": "{"}}
    second = {"index": 0, "id": "b", "function": {"arguments": "}"}}
    facts = read(Wire.CHAT, [chunk({"tool_calls": [call]}) for call in (first, second)]).facts()
    assert [(call.id, call.arguments) for call in facts.tool_calls] == [("a", "{}")]


def test_texts_of_other_choices_are_kept_apart():
    other: dict[str, object] = {"choices": [{"index": 1, "delta": {"content": "ho"}, "finish_reason": "stop"}]}
    facts = read(Wire.CHAT, [chunk({"content": "hi"}), other]).facts()
    assert (facts.text, facts.other_texts, facts.finish_reason) == ("hi", ("ho",), "")


def message_events(*, end: bool) -> list[dict[str, object]]:
    started = {"id": "r1", "model": "m", "usage": {"input_tokens": 3, "cache_read_input_tokens": 7, "output_tokens": 1}}
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": started},
        {"type": "ping"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "hi there"}},
        {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "t", "name": "find"}},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
    ]
    ended: list[dict[str, object]] = [
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 20}},
        {"type": "message_stop"},
    ]
    return events + ended if end else events


def test_a_message_counts_at_its_beginning_and_at_its_end():
    reader = read(Wire.MESSAGES, message_events(end=True))
    facts = reader.facts()
    assert facts.usage == Usage(input_tokens=10, output_tokens=20, cached_input_tokens=7)
    assert (facts.text, facts.thinking) == ("hi there", (Thinking(text="hm", signature="s"),))
    assert facts.tool_calls == (ToolCall(id="t", name="find", arguments="{}"),)
    assert (facts.finish_reason, reader.is_complete) == ("tool_use", True)


def test_an_interrupted_message_counts_its_input_and_estimates_its_output():
    reader = read(Wire.MESSAGES, message_events(end=False))
    expected = Usage(input_tokens=10, output_tokens=3, cached_input_tokens=7, is_estimated=True)
    assert (reader.facts().usage, reader.is_complete) == (expected, False)


def response_events() -> list[dict[str, object]]:
    return [
        {"type": "response.created", "response": {"id": "r1", "model": "m", "created_at": 7}},
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "content": []}},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "hi"},
        {"type": "response.output_item.added", "output_index": 1, "item": {"type": "function_call", "call_id": "c"}},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{}"},
    ]


def test_an_interrupted_response_says_what_came():
    reader = read(Wire.RESPONSES, response_events())
    facts = reader.facts()
    assert (facts.id, facts.text, facts.usage, reader.is_complete) == ("r1", "hi", None, False)
    assert facts.tool_calls == (ToolCall(id="c", name="", arguments="{}"),)


def test_the_last_event_of_a_response_says_it_all():
    item = {"type": "message", "content": [{"type": "output_text", "text": "hi there"}]}
    usage = {"input_tokens": 3, "output_tokens": 2}
    whole = {"id": "r1", "status": "completed", "output": [item], "usage": usage}
    reader = read(Wire.RESPONSES, [*response_events(), {"type": "response.completed", "response": whole}])
    facts = reader.facts()
    assert (facts.text, facts.usage, facts.finish_reason) == (
        "hi there",
        Usage(input_tokens=3, output_tokens=2),
        "completed",
    )
    assert reader.is_complete


@pytest.mark.parametrize(
    ("wire", "event"),
    [
        (Wire.CHAT, {"error": {"message": "busy", "type": "server_error"}}),
        (Wire.MESSAGES, {"type": "error", "error": {"type": "server_error", "message": "busy"}}),
        (
            Wire.RESPONSES,
            {"type": "response.failed", "response": {"error": {"type": "server_error", "message": "busy"}}},
        ),
    ],
)
def test_an_error_within_a_stream_is_seen(wire: Wire, event: dict[str, object]):
    assert read(wire, [event]).error == ReplyError(message="busy", kind="server_error")


def test_an_error_event_of_a_responses_stream_is_seen():
    error = read(Wire.RESPONSES, [{"type": "error", "message": "busy", "code": "server_error"}]).error
    assert error == ReplyError(message="busy", kind="error", code="server_error")


@pytest.mark.parametrize("wire", list(Wire))
def test_comments_pass_and_broken_events_are_unusable(wire: Wire):
    reader = StreamReader(wire)
    reader.observe(b": ping\n\n")
    with pytest.raises(UnusableAnswer, match="cannot be read"):
        reader.observe(b'data: {"id": "r\n\n')
