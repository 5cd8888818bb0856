"""A reply as a chat completion, and a stream as its chunks.

Reasoning goes as `reasoning_content`, as DeepSeek and vLLM say it, and where Anthropic signed it also as
`thinking_blocks`, so that a caller who sends the message back gives Anthropic its own blocks.
"""

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
from plimsoll.gateway.wire.sse import DONE, write_event
from plimsoll.gateway.wire.usage import write_chat_usage
from plimsoll.gateway.wire.writing.ending import read_ending

Json = dict[str, object]


def write_chat_reply(facts: ReplyFacts) -> Json:
    """Return the reply as a chat completion."""
    message: Json = {"role": "assistant", "content": facts.text or None, "refusal": facts.refusal or None}
    if facts.reasoning:
        message["reasoning_content"] = facts.reasoning
    if any(thought.signature or thought.redacted for thought in facts.thinking):
        message["thinking_blocks"] = [_write_thought(thought) for thought in facts.thinking]
    if facts.tool_calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in facts.tool_calls
        ]
    choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": read_ending(facts)}
    reply: Json = {"id": facts.id, "object": "chat.completion", "created": facts.created_seconds, "model": facts.model}
    usage: Json = {"usage": write_chat_usage(facts.usage)} if facts.usage is not None else {}
    return reply | {"choices": [choice]} | usage


def _write_thought(thought: Thinking) -> Json:
    if thought.redacted:
        return {"type": "redacted_thinking", "data": thought.redacted}
    return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


class ChatStreamWriter:
    """Writes one stream as chunks."""

    def __init__(self, *, include_usage: bool = True) -> None:
        self._include_usage = include_usage
        self._head: Json = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": ""}
        self._thought = 0

    def write(self, increment: Increment) -> list[bytes]:
        """Return the chunks that say the increment."""
        if isinstance(increment, Begun):
            self._head |= {"id": increment.id, "created": increment.created_seconds, "model": increment.model}
        delta = self._write_delta(increment)
        return [self._chunk(delta)] if delta else []

    def _write_delta(self, increment: Increment) -> Json:
        delta: Json = {}
        match increment:
            case TextAdded(text):
                delta["content"] = text
            case ArgumentsAdded(position, text):
                delta["tool_calls"] = [{"index": position, "function": {"arguments": text}}]
            case ToolBegun(position, call_id, name):
                function: Json = {"name": name, "arguments": ""}
                delta["tool_calls"] = [{"index": position, "id": call_id, "type": "function", "function": function}]
            case ThinkingAdded():
                delta = self._think(increment)
            case RefusalAdded(text):
                delta["refusal"] = text
            case Begun():
                delta = {"role": "assistant", "content": ""}
            case _:
                pass
        return delta

    def close(self, facts: ReplyFacts) -> list[bytes]:
        """Return the last chunks of a whole answer: why it ended, what it cost if that was asked for, and the end."""
        last = [self._chunk({}, finish=read_ending(facts))]
        if self._include_usage and facts.usage is not None:
            counted: Json = {"choices": [], "usage": write_chat_usage(facts.usage)}
            last.append(write_event(self._head | counted))
        return [*last, b"data: " + DONE + b"\n\n"]

    def _chunk(self, delta: Json, *, finish: str | None = None) -> bytes:
        return write_event(self._head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def _think(self, added: ThinkingAdded) -> Json:
        """The index lets the official client put the parts of a block together."""
        block: Json = {"index": self._thought}
        if added.redacted:
            block |= {"type": "redacted_thinking", "data": added.redacted}
        else:
            block |= {"type": "thinking", "thinking": added.text, "signature": added.signature}
        if added.signature or added.redacted:
            self._thought += 1
        said: Json = {"thinking_blocks": [block]}
        return {"reasoning_content": added.text} | said if added.text else said
