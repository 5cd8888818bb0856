"""Chat completions as OpenAI speaks them, whole and as events."""

from collections.abc import Iterator
from typing import cast

from plimsoll.testing.said import SaidTool, SaidUsage, Turn, Voice, take_turn
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.spoken import Body, Event, Part, Spoken, split_words

CREATED = 1_767_225_600
"""When every answer claims to have been made: 2026-01-01, in seconds since 1970."""


def speak_chat(voice: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/chat/completions`."""
    turn = take_turn(voice, seen)
    events = tuple(_stream(turn)) if seen.streams else ()
    return Spoken(seen=seen, body=_whole(turn), events=events, usage=count_tokens(turn.usage))


def count_tokens(usage: SaidUsage) -> Body:
    """Return the tokens in the words of chat completions."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def _whole(turn: Turn) -> Body:
    said = turn.said
    message: Body = {"role": "assistant", "content": said.text or None, "refusal": said.refusal or None}
    if said.reasoning:
        message["reasoning_content"] = said.reasoning
    if said.tool_calls:
        message["tool_calls"] = [
            {"id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": tool.arguments}}
            for tool in said.tool_calls
        ]
    elif not said.refusal:
        message["content"] = said.text
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": turn.finish_reason}
    return {**_frame(turn, "chat.completion"), "choices": [choice], "usage": count_tokens(turn.usage)}


def _stream(turn: Turn) -> Iterator[Event]:
    options = cast("dict[str, object]", turn.seen.body.get("stream_options") or {})
    wants_usage = options.get("include_usage") is True
    frame = {**_frame(turn, "chat.completion.chunk"), **({"usage": None} if wants_usage else {})}
    for delta in _deltas(turn):
        yield Event(content={**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    finish: Body = {"index": 0, "delta": {}, "finish_reason": turn.finish_reason}
    yield Event(content={**frame, "choices": [finish]}, part=Part.FINISH)
    if wants_usage:
        yield Event(content={**frame, "choices": [], "usage": count_tokens(turn.usage)}, part=Part.USAGE)
    yield Event(content="[DONE]", part=Part.END)


def _deltas(turn: Turn) -> Iterator[Body]:
    said = turn.said
    yield {"role": "assistant", "content": None if said.tool_calls and not said.text else "", "refusal": None}
    for name, text in (("reasoning_content", said.reasoning), ("content", said.text), ("refusal", said.refusal)):
        for word in split_words(text):
            yield {name: word}
    for index, tool in enumerate(said.tool_calls):
        yield from _call_deltas(index, tool)


def _call_deltas(index: int, tool: SaidTool) -> Iterator[Body]:
    first = {"index": index, "id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": ""}}
    yield {"tool_calls": [first]}
    for piece in split_words(tool.arguments):
        yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _frame(turn: Turn, kind: str) -> Body:
    frame: Body = {
        "id": f"chatcmpl-{turn.seen.number}",
        "object": kind,
        "created": CREATED,
        "model": turn.seen.model,
    }
    return {**frame, "system_fingerprint": turn.said.fingerprint} if turn.said.fingerprint else frame
