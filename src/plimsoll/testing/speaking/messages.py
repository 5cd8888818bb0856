"""Messages as Anthropic speaks them, whole and as events."""

from collections.abc import Iterator

import msgspec

from plimsoll.testing.said import SaidUsage, Turn, Voice, take_turn
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.spoken import Body, Event, Part, Spoken, split_words

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_PIECE = 8
_SIGNATURE = "signed-by-the-test-provider"


def speak_messages(voice: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/messages`."""
    turn = take_turn(voice, seen)
    whole = _frame(turn, _list_blocks(turn), _name_stop(turn))
    return Spoken(seen=seen, body=whole, events=tuple(_stream(turn)) if seen.streams else ())


def _stream(turn: Turn) -> Iterator[Event]:
    begun = {**_count_tokens(turn.usage), "output_tokens": 1}
    yield _event({"type": "message_start", "message": {**_frame(turn, [], None), "usage": begun}})
    for index, block in enumerate(_list_blocks(turn)):
        opened, deltas = _open(block)
        yield _event({"type": "content_block_start", "index": index, "content_block": opened})
        if index == 0:
            yield _event({"type": "ping"})
        for delta in deltas:
            yield _event({"type": "content_block_delta", "index": index, "delta": delta})
        yield _event({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": _name_stop(turn), "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": stop, "usage": _count_tokens(turn.usage)}, Part.FINISH)
    yield _event({"type": "message_stop"}, Part.END)


def _event(content: Body, part: Part = Part.ANSWER) -> Event:
    return Event(name=str(content["type"]), content=content, part=part)


def _list_blocks(turn: Turn) -> list[Body]:
    said = turn.said
    blocks: list[Body] = []
    if said.reasoning:
        blocks.append({"type": "thinking", "thinking": said.reasoning, "signature": _SIGNATURE})
    if said.text or said.refusal:
        blocks.append({"type": "text", "text": said.text or said.refusal})
    for tool in said.tool_calls:
        given = msgspec.json.decode(tool.arguments, type=dict[str, object])
        blocks.append({"type": "tool_use", "id": tool.id, "name": tool.name, "input": given})
    return blocks


def _open(block: Body) -> tuple[Body, list[Body]]:
    """Return a block as it is opened, empty, and the deltas that fill it."""
    match block:
        case {"type": "thinking", "thinking": str(text)}:
            deltas: list[Body] = [{"type": "thinking_delta", "thinking": word} for word in split_words(text)]
            signed: Body = {"type": "signature_delta", "signature": _SIGNATURE}
            return {**block, "thinking": "", "signature": ""}, [*deltas, signed]
        case {"type": "tool_use", "input": given}:
            text = msgspec.json.encode(given).decode()
            pieces = ["", *(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))]
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        case _:
            words = split_words(str(block["text"]))
            return {**block, "text": ""}, [{"type": "text_delta", "text": word} for word in words]


def _name_stop(turn: Turn) -> str:
    return "refusal" if turn.said.refusal else _STOP_REASONS.get(turn.finish_reason, turn.finish_reason)


def _frame(turn: Turn, blocks: list[Body], stop_reason: str | None) -> Body:
    return {
        "id": f"msg_{turn.seen.number}",
        "type": "message",
        "role": "assistant",
        "model": turn.seen.model,
        "content": blocks,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": _count_tokens(turn.usage),
    }


def _count_tokens(usage: SaidUsage) -> Body:
    """Return the tokens in Anthropic's words, in which `input_tokens` leaves out what the cache read and wrote."""
    return {
        "input_tokens": usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_input_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }
