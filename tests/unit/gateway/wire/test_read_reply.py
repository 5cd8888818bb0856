from typing import cast

import msgspec
import pytest

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire import ReplyError, ReplyFacts, Thinking, ToolCall, Wire, read_reply
from plimsoll.records import Usage


def read(wire: Wire, body: object) -> ReplyFacts:
    return read_reply(wire, msgspec.json.encode(body))


def chat(usage: object) -> Usage | None:
    return read(Wire.CHAT, {"choices": [{"message": {"content": "hi"}}], "usage": usage}).usage


def test_a_chat_completion_is_read():
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q": 1}'}}
    message = {"role": "assistant", "content": "hi", "reasoning_content": "hm", "tool_calls": [call]}
    body = {
        "id": "r1",
        "model": "m",
        "system_fingerprint": "fp_1",
        "created": 7,
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}, {"message": {"content": "ho"}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
    assert read(Wire.CHAT, body) == ReplyFacts(
        id="r1",
        model="m",
        fingerprint="fp_1",
        created_seconds=7,
        text="hi",
        thinking=(Thinking(text="hm"),),
        tool_calls=(ToolCall(id="c1", name="find", arguments='{"q": 1}'),),
        finish_reason="tool_calls",
        usage=Usage(input_tokens=3, output_tokens=2),
        other_texts=("ho",),
    )


def test_a_message_is_read():
    content: list[dict[str, object]] = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "hi"},
        {"type": "tool_use", "id": "t1", "name": "find", "input": {"q": 1}},
        {"type": "server_tool_use", "id": "t2", "name": "web_search", "input": {}},
    ]
    usage = {"input_tokens": 3, "cache_read_input_tokens": 10, "cache_creation_input_tokens": 5, "output_tokens": 2}
    body = {"id": "r1", "model": "m", "content": content, "stop_reason": "tool_use", "usage": usage}
    assert read(Wire.MESSAGES, body) == ReplyFacts(
        id="r1",
        model="m",
        text="hi",
        thinking=(Thinking(text="hm", signature="s"), Thinking(redacted="x")),
        tool_calls=(ToolCall(id="t1", name="find", arguments='{"q":1}'),),
        finish_reason="tool_use",
        usage=Usage(input_tokens=18, output_tokens=2, cached_input_tokens=10, cache_write_input_tokens=5),
    )


def test_a_response_is_read():
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "hi"}, {"type": "refusal", "refusal": "no"}]},
        {"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"},
        {"type": "web_search_call", "id": "w"},
    ]
    details = {"input_tokens_details": {"cached_tokens": 1}, "output_tokens_details": {"reasoning_tokens": 1}}
    body = {
        "id": "r1",
        "model": "m",
        "created_at": 7.0,
        "status": "incomplete",
        "incomplete_details": {"reason": "max_output_tokens"},
        "output": output,
        "usage": {"input_tokens": 3, "output_tokens": 2} | details,
    }
    assert read(Wire.RESPONSES, body) == ReplyFacts(
        id="r1",
        model="m",
        created_seconds=7,
        text="hi",
        thinking=(Thinking(text="hm"),),
        refusal="no",
        tool_calls=(ToolCall(id="c1", name="find", arguments="{}"),),
        finish_reason="max_output_tokens",
        usage=Usage(input_tokens=3, output_tokens=2, cached_input_tokens=1, reasoning_tokens=1),
    )


@pytest.mark.parametrize(
    "usage",
    [None, {}, 3, {"prompt_tokens": -1, "completion_tokens": 3}, {"prompt_tokens": "x"}, {"prompt_tokens": 10**18}],
)
def test_counts_without_sense_are_no_counts(usage: object):
    assert chat(usage) is None


def test_cached_and_reasoning_tokens_never_exceed_what_they_are_part_of():
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "prompt_tokens_details": {"cached_tokens": 80, "cache_write_tokens": 90},
        "completion_tokens_details": {"reasoning_tokens": 70},
    }
    expected = Usage(
        input_tokens=100, output_tokens=50, cached_input_tokens=80, cache_write_input_tokens=20, reasoning_tokens=50
    )
    assert chat(usage) == expected


def test_reasoning_that_only_the_total_counts_is_output():
    expected = Usage(input_tokens=10, output_tokens=25, reasoning_tokens=20)
    assert chat({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 35}) == expected


@pytest.mark.parametrize("words", [{"prompt_cache_hit_tokens": 4}, {"cached_tokens": 4}])
def test_dialects_of_cached_tokens_are_known(words: dict[str, object]):
    usage = chat({"prompt_tokens": 10, "completion_tokens": 1} | words)
    assert usage == Usage(input_tokens=10, output_tokens=1, cached_input_tokens=4)


def test_a_text_in_parts_is_joined():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert read(Wire.CHAT, {"choices": [{"message": {"content": parts}}]}).text == "ab"


def test_arguments_sent_as_an_object_become_text():
    message = {"tool_calls": [{"function": {"name": "find", "arguments": {"q": 1}}}]}
    calls = read(Wire.CHAT, {"choices": [{"message": message}]}).tool_calls
    assert calls == (ToolCall(id="call_0", name="find", arguments='{"q":1}'),)


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("error", ["out of credit", {"message": "out of credit", "type": "billing", "code": 402}])
def test_an_error_sent_as_a_success_is_seen(wire: Wire, error: object):
    seen = read(wire, {"error": error}).error
    assert seen is not None
    assert seen.message == "out of credit"
    if isinstance(error, dict):
        assert seen == ReplyError(message="out of credit", kind=cast("str", error["type"]), code="402")


@pytest.mark.parametrize("body", [[1], {"choices": []}, {"choices": [{"message": {"content": 3}}]}])
def test_a_chat_completion_without_a_choice_is_unusable(body: object):
    with pytest.raises(UnusableAnswer):
        read(Wire.CHAT, body)


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("body", [b'{"id": "r1", "cho', b'{"a": ' + b"[" * 5000, b"", b"<html>"])
def test_a_body_that_is_no_json_is_unusable(wire: Wire, body: bytes):
    with pytest.raises(UnusableAnswer, match="cannot be read"):
        read_reply(wire, body)
