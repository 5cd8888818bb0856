"""Anthropic's messages: a whole reply as facts, the events of a stream as increments.

Blocks of tools that Anthropic runs itself are passed over: the gateway does not translate requests that ask for them.
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
from plimsoll.gateway.wire.sse import event_data
from plimsoll.gateway.wire.usage import MessagesUsage

_READABLE = frozenset({"text", "thinking", "redacted_thinking", "tool_use"})


class _StopDetails(msgspec.Struct):
    explanation: str | None = None


class _Block(msgspec.Struct):
    """A content block, or what is added to one: deltas use the same fields."""

    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    data: str = ""
    id: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw()
    partial_json: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: _StopDetails | None = None


class _Message(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    content: list[_Block] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: _StopDetails | None = None
    usage: msgspec.Raw = msgspec.Raw()
    error: ErrorObject = None


class _Event(msgspec.Struct):
    type: str = ""
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Block | None = None
    usage: msgspec.Raw = msgspec.Raw()
    error: ErrorObject = None


_MESSAGE = msgspec.json.Decoder(_Message)
_EVENT = msgspec.json.Decoder(_Event)


def read_messages_reply(body: bytes) -> ReplyFacts:
    """Return what a message says. Raises UnusableAnswer for a body that is none."""
    message = decode(body, _MESSAGE)
    blocks = message.content or []
    return ReplyFacts(
        id=message.id or "",
        model=message.model or "",
        text="".join(block.text for block in blocks if block.type == "text"),
        thinking=tuple(_thinking(block) for block in blocks if block.type in {"thinking", "redacted_thinking"}),
        refusal=_explain(message.stop_details),
        tool_calls=tuple(
            ToolCall(id=block.id, name=block.name, arguments=_arguments(block))
            for block in blocks
            if block.type == "tool_use"
        ),
        finish_reason=message.stop_reason or "",
        stop_sequence=message.stop_sequence or "",
        usage=MessagesUsage().add(message.usage) if is_said(message.usage) else None,
        error=read_error(message.error),
    )


def _thinking(block: _Block) -> Thinking:
    return Thinking(text=block.thinking, signature=block.signature, redacted=block.data)


def _arguments(block: _Block) -> str:
    return bytes(block.input).decode() if is_said(block.input) else "{}"


def _explain(details: _StopDetails | None) -> str:
    return (details.explanation or "") if details is not None else ""


class MessagesParser:
    """Turns the events of one stream into increments."""

    __slots__ = ("_positions", "_usage")

    def __init__(self) -> None:
        self._positions: dict[int, int] = {}
        """Number of each call within the reply, by the index of its block."""
        self._usage = MessagesUsage()

    def parse(self, event: bytes) -> list[Increment]:
        """Return what the event adds. Raises UnusableAnswer for one that cannot be read."""
        data = event_data(event)
        said = decode(data, _EVENT) if data else _Event()
        if said.type == "content_block_delta":
            return self._read_delta(said)
        if said.type == "content_block_start" and said.content_block is not None:
            return self._read_start(said.index, said.content_block)
        if said.type == "message_start":
            return self._read_begin(said.message or _Message())
        if said.type == "message_delta":
            return self._read_end(said)
        error = read_error(said.error)
        if error is not None:
            return [Failed(error)]
        return [Ended()] if said.type == "message_stop" else []

    def _read_delta(self, said: _Event) -> list[Increment]:
        delta = said.delta
        if delta is None:
            return []
        if delta.text:
            return [TextAdded(delta.text)]
        if delta.partial_json and said.index in self._positions:
            return [ArgumentsAdded(self._positions[said.index], delta.partial_json)]
        if delta.thinking or delta.signature:
            return [ThinkingAdded(delta.thinking, delta.signature)]
        return []

    def _read_start(self, index: int, block: _Block) -> list[Increment]:
        if block.type not in _READABLE:
            return []
        if block.type != "tool_use":
            added: list[Increment] = [TextAdded(block.text)] if block.text else []
            thought = block.thinking or block.signature or block.data
            return added + ([ThinkingAdded(block.thinking, block.signature, block.data)] if thought else [])
        position = len(self._positions)
        self._positions[index] = position
        begun: list[Increment] = [ToolBegun(position, block.id, block.name)]
        whole = _arguments(block)
        return begun if whole == "{}" else [*begun, ArgumentsAdded(position, whole)]

    def _read_begin(self, message: _Message) -> list[Increment]:
        added: list[Increment] = [Begun(message.id or "", message.model or "")]
        usage = self._usage.add(message.usage) if is_said(message.usage) else None
        return added if usage is None else [*added, UsageSeen(usage, is_final=False)]

    def _read_end(self, said: _Event) -> list[Increment]:
        added: list[Increment] = []
        delta = said.delta or _Block()
        refusal = _explain(delta.stop_details)
        if refusal:
            added.append(RefusalAdded(refusal))
        if delta.stop_reason:
            added.append(Finished(delta.stop_reason, delta.stop_sequence or ""))
        usage = self._usage.add(said.usage) if is_said(said.usage) else None
        return added if usage is None else [*added, UsageSeen(usage)]
