"""OpenAI's responses: a whole reply as facts, the events of a stream as increments.

The last event of a stream repeats the whole response, so what came before only counts when the stream breaks off.
"""

import msgspec

from plimsoll.gateway.wire.facts import ReplyFacts, Thinking, ToolCall
from plimsoll.gateway.wire.increments import (
    ArgumentsAdded,
    Begun,
    Ended,
    Failed,
    Finished,
    Increment,
    RefusalAdded,
    TextAdded,
    ThinkingAdded,
    ToolBegun,
    UsageSeen,
)
from plimsoll.gateway.wire.reading.decoding import ErrorObject, decode, is_said, read_error
from plimsoll.gateway.wire.sse import DONE, event_data
from plimsoll.gateway.wire.usage import read_responses_usage

_LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})
_CALLS = frozenset({"function_call", "custom_tool_call"})


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct):
    type: str = ""
    content: list[_Part] | None = None
    summary: list[_Part] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    input: str | None = None


class _Incomplete(msgspec.Struct):
    reason: str | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    created_at: float | None = None
    status: str | None = None
    output: list[_Item] | None = None
    incomplete_details: _Incomplete | None = None
    usage: msgspec.Raw = msgspec.Raw()
    error: ErrorObject = None


class _Event(msgspec.Struct):
    type: str = ""
    delta: object = None
    output_index: int = 0
    item: _Item | None = None
    response: _Response | None = None
    error: ErrorObject = None
    message: str | None = None
    code: str | None = None


_RESPONSE = msgspec.json.Decoder(_Response)
_EVENT = msgspec.json.Decoder(_Event)


def read_responses_reply(body: bytes) -> ReplyFacts:
    """Return what a response says. Raises UnusableAnswer for a body that is none."""
    return _read(decode(body, _RESPONSE))


def _read(response: _Response) -> ReplyFacts:
    items = response.output or []
    parts = [part for item in items if item.type == "message" for part in item.content or ()]
    calls = [item for item in items if item.type in _CALLS]
    return ReplyFacts(
        id=response.id or "",
        model=response.model or "",
        created_seconds=int(response.created_at or 0),
        text="".join(part.text or "" for part in parts if part.type == "output_text"),
        thinking=_read_thinking(items),
        refusal="".join(part.refusal or "" for part in parts),
        tool_calls=tuple(
            ToolCall(id=call.call_id or "", name=call.name or "", arguments=call.arguments or call.input or "")
            for call in calls
        ),
        finish_reason=_read_finish(response),
        usage=read_responses_usage(response.usage) if is_said(response.usage) else None,
        error=read_error(response.error),
    )


def _read_thinking(items: list[_Item]) -> tuple[Thinking, ...]:
    """Return the reasoning, where shown whole, else its summary."""
    reasoned = [item.content or item.summary or [] for item in items if item.type == "reasoning"]
    texts = ["".join(part.text or "" for part in parts) for parts in reasoned]
    return tuple(Thinking(text=text) for text in texts if text)


def _read_finish(response: _Response) -> str:
    if response.incomplete_details is not None and response.incomplete_details.reason:
        return response.incomplete_details.reason
    return response.status or ""


class ResponsesParser:
    """Turns the events of one stream into increments."""

    __slots__ = ("_positions", "_whole")

    def __init__(self) -> None:
        self._positions: dict[int, int] = {}
        """Number of each call within the reply, by the index of its item."""
        self._whole: ReplyFacts | None = None

    @property
    def whole(self) -> ReplyFacts | None:
        """Return the whole reply, once the stream has repeated it."""
        return self._whole

    def parse(self, event: bytes) -> list[Increment]:
        """Return what the event adds. Raises UnusableAnswer for one that cannot be read."""
        data = event_data(event)
        if not data or data == DONE:
            return []
        said = decode(data, _EVENT)
        if isinstance(said.delta, str):
            return self._read_delta(said.type, said.output_index, said.delta)
        if said.type == "response.output_item.added" and said.item is not None and said.item.type in _CALLS:
            position = self._positions.setdefault(said.output_index, len(self._positions))
            return [ToolBegun(position, said.item.call_id or "", said.item.name or "")]
        if said.type in _LAST and said.response is not None:
            return self._read_end(said.response)
        if said.type == "response.created" and said.response is not None:
            response = said.response
            return [Begun(response.id or "", response.model or "", int(response.created_at or 0))]
        return self._read_error(said)

    def _read_delta(self, kind: str, index: int, delta: str) -> list[Increment]:
        if kind == "response.output_text.delta":
            return [TextAdded(delta)]
        if kind in {"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"}:
            return [ArgumentsAdded(self._positions[index], delta)] if index in self._positions else []
        if kind == "response.refusal.delta":
            return [RefusalAdded(delta)]
        if kind in {"response.reasoning_text.delta", "response.reasoning_summary_text.delta"}:
            return [ThinkingAdded(delta)]
        return []

    def _read_end(self, response: _Response) -> list[Increment]:
        facts = _read(response)
        self._whole = facts
        added: list[Increment] = [Finished(facts.finish_reason)]
        if facts.usage is not None:
            added.append(UsageSeen(facts.usage))
        if facts.error is not None:
            added.append(Failed(facts.error))
        return [*added, Ended()]

    def _read_error(self, said: _Event) -> list[Increment]:
        error = read_error(said.error)
        if error is None and said.type == "error":
            error = read_error({"message": said.message, "code": said.code, "type": "error"})
        return [Failed(error)] if error is not None else []
