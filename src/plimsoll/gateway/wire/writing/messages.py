"""A reply as one of Anthropic's messages, and a stream as its events: one content block at a time."""

from plimsoll.gateway.wire.facts import ReplyFacts, Thinking
from plimsoll.gateway.wire.increments import (
    ArgumentsAdded,
    Begun,
    Increment,
    RefusalAdded,
    TextAdded,
    ThinkingAdded,
    ToolBegun,
)
from plimsoll.gateway.wire.requests.arguments import read_arguments
from plimsoll.gateway.wire.sse import write_event
from plimsoll.gateway.wire.usage import write_messages_usage
from plimsoll.gateway.wire.writing.ending import Ending, read_ending

Json = dict[str, object]

_STOP_REASONS = {
    Ending.STOP: "end_turn",
    Ending.LENGTH: "max_tokens",
    Ending.TOOL_CALLS: "tool_use",
    Ending.CONTENT_FILTER: "refusal",
}


def write_messages_reply(facts: ReplyFacts) -> Json:
    """Return the reply as a message; what the model says in refusing is text, and the reason why it stopped."""
    content = [_write_thought(thought) for thought in facts.thinking]
    content += [_write_text(said) for said in (facts.text, facts.refusal) if said]
    for call in facts.tool_calls:
        used: Json = {"type": "tool_use", "id": call.id, "name": call.name}
        content.append(used | {"input": read_arguments(call.arguments)})
    return (
        _write_head(facts.id, facts.model)
        | {"content": content, "usage": write_messages_usage(facts.usage)}
        | _stop(facts)
    )


def _write_thought(thought: Thinking | ThinkingAdded) -> Json:
    if thought.redacted:
        return {"type": "redacted_thinking", "data": thought.redacted}
    return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


def _write_text(text: str) -> Json:
    return {"type": "text", "text": text}


def _write_head(reply_id: str, model: str) -> Json:
    return {"id": reply_id, "type": "message", "role": "assistant", "model": model, "content": []}


def _stop(facts: ReplyFacts) -> Json:
    stop: Json = {"stop_reason": _STOP_REASONS[read_ending(facts)], "stop_sequence": facts.stop_sequence or None}
    if facts.refusal:
        stop["stop_details"] = {"type": "refusal", "category": None, "explanation": facts.refusal}
    return stop


class MessagesStreamWriter:
    """Writes one stream as Anthropic's events."""

    def __init__(self) -> None:
        self._index = -1
        self._kind: str | None = None

    def write(self, increment: Increment) -> list[bytes]:
        """Return the events that say the increment."""
        said: list[bytes] = []
        match increment:
            case TextAdded(text):
                said = self._add("text", {"type": "text_delta", "text": text})
            case RefusalAdded(text):
                said = self._add("refusal", {"type": "text_delta", "text": text})
            case ThinkingAdded():
                said = self._think(increment)
            case ToolBegun(_, call_id, name):
                said = self._open("tool_use", {"type": "tool_use", "id": call_id, "name": name, "input": {}})
            case ArgumentsAdded(_, text):
                said = [self._delta({"type": "input_json_delta", "partial_json": text})]
            case Begun():
                said = [self._begin(increment)]
            case _:
                pass
        return said

    def _begin(self, begun: Begun) -> bytes:
        """Nothing is counted yet: the last event says it all."""
        unknown: Json = {"stop_reason": None, "stop_sequence": None, "usage": write_messages_usage(None)}
        return _event("message_start", message=_write_head(begun.id, begun.model) | unknown)

    def close(self, facts: ReplyFacts) -> list[bytes]:
        """Return the last events of a whole answer: the end of its block, why it stopped, what it cost."""
        usage = write_messages_usage(facts.usage)
        last = _event("message_delta", delta=_stop(facts), usage=usage)
        return [*self._close(), last, _event("message_stop")]

    def _think(self, added: ThinkingAdded) -> list[bytes]:
        if added.redacted:
            return [*self._open("redacted", _write_thought(added)), *self._close()]
        said = self._add("thinking", {"type": "thinking_delta", "thinking": added.text}) if added.text else []
        if added.signature:
            said += self._add("thinking", {"type": "signature_delta", "signature": added.signature}) + self._close()
        return said

    def _add(self, kind: str, delta: Json) -> list[bytes]:
        opened: list[bytes] = []
        if self._kind != kind:
            opened = self._open(kind, _write_thought(Thinking()) if kind == "thinking" else _write_text(""))
        return [*opened, self._delta(delta)]

    def _open(self, kind: str, block: Json) -> list[bytes]:
        closed = self._close()
        self._index += 1
        self._kind = kind
        return [*closed, _event("content_block_start", index=self._index, content_block=block)]

    def _delta(self, delta: Json) -> bytes:
        return _event("content_block_delta", index=self._index, delta=delta)

    def _close(self) -> list[bytes]:
        if self._kind is None:
            return []
        self._kind = None
        return [_event("content_block_stop", index=self._index)]


def _event(name: str, **fields: object) -> bytes:
    return write_event({"type": name} | fields, name=name)
