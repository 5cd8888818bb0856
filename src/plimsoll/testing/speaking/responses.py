"""Responses as OpenAI speaks them, whole and as events; nothing is stored, so none can be asked for again."""

from collections.abc import Iterator
from typing import cast

from plimsoll.testing.said import SaidUsage, Turn, Voice, take_turn
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.chat import CREATED
from plimsoll.testing.speaking.spoken import Body, Event, Part, Spoken, split_words

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def speak_responses(voice: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/responses`."""
    turn = take_turn(voice, seen)
    items = _list_items(turn)
    events = tuple(_number(_stream(turn, items))) if seen.streams else ()
    return Spoken(seen=seen, body=_frame(turn, items, is_begun=False), events=events)


def _number(events: Iterator[Body]) -> Iterator[Event]:
    for number, content in enumerate(events):
        kind = str(content["type"])
        is_last = kind in ("response.completed", "response.incomplete")
        part = Part.FINISH if is_last else Part.ANSWER
        yield Event(name=kind, content={**content, "sequence_number": number}, part=part)


def _stream(turn: Turn, items: list[Body]) -> Iterator[Body]:
    begun = _frame(turn, [], is_begun=True)
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(items):
        at: Body = {"output_index": index, "item_id": item["id"]}
        opened = {**item, **_EMPTY[str(item["type"])], "status": "in_progress"}
        yield {"type": "response.output_item.added", "output_index": index, "item": opened}
        if item["type"] == "function_call":
            yield from _fill_call(str(item["arguments"]), at)
        elif item["type"] == "message":
            yield from _fill_message(cast("list[Body]", item["content"])[0], {**at, "content_index": 0})
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    whole = _frame(turn, items, is_begun=False)
    yield {"type": f"response.{whole['status']}", "response": whole}


_EMPTY: dict[str, Body] = {"function_call": {"arguments": ""}, "message": {"content": []}, "reasoning": {"summary": []}}
"""How an item of each type looks before it is filled."""


def _fill_call(arguments: str, at: Body) -> Iterator[Body]:
    for piece in split_words(arguments):
        yield {"type": "response.function_call_arguments.delta", **at, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **at, "arguments": arguments}


def _fill_message(part: Body, at: Body) -> Iterator[Body]:
    key, kind = ("text", "output_text") if part["type"] == "output_text" else ("refusal", "refusal")
    yield {"type": "response.content_part.added", **at, "part": {**part, key: ""}}
    scores: Body = {"logprobs": []} if key == "text" else {}
    for word in split_words(str(part[key])):
        yield {"type": f"response.{kind}.delta", **at, **scores, "delta": word}
    yield {"type": f"response.{kind}.done", **at, **scores, key: part[key]}
    yield {"type": "response.content_part.done", **at, "part": part}


def _list_items(turn: Turn) -> list[Body]:
    said, number = turn.said, turn.seen.number
    items: list[Body] = []
    if said.reasoning:
        summary = [{"type": "summary_text", "text": said.reasoning}]
        items.append({"id": f"rs_{number}", "type": "reasoning", "status": "completed", "summary": summary})
    if said.text or said.refusal or not said.tool_calls:
        text: Body = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        part: Body = {"type": "refusal", "refusal": said.refusal} if said.refusal else text
        frame: Body = {"id": f"msg_{number}", "type": "message", "role": "assistant", "status": "completed"}
        items.append({**frame, "content": [part]})
    for index, tool in enumerate(said.tool_calls):
        frame = {"id": f"fc_{number}_{index}", "type": "function_call", "status": "completed", "call_id": tool.id}
        items.append({**frame, "name": tool.name, "arguments": tool.arguments})
    return items


def _frame(turn: Turn, items: list[Body], *, is_begun: bool) -> Body:
    reason = None if is_begun else _INCOMPLETE.get(turn.finish_reason)
    asked = turn.seen.body
    return {
        "id": f"resp_{turn.seen.number}",
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress" if is_begun else "incomplete" if reason else "completed",
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": asked.get("instructions"),
        "model": turn.seen.model,
        "output": items,
        "parallel_tool_calls": True,
        "tool_choice": asked.get("tool_choice", "auto"),
        "tools": asked.get("tools", []),
        "text": asked.get("text", {"format": {"type": "text"}}),
        "usage": None if is_begun else _count_tokens(turn.usage),
    }


def _count_tokens(usage: SaidUsage) -> Body:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
