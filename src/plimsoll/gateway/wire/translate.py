"""Says replies and streams in another wire's words. The gateway calls it where a provider does not speak the caller's.

What is read from one wire (`reading`) is written to another (`writing`); neither knows the other.
"""

from collections.abc import Callable

import msgspec

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire.facts import ReplyError, ReplyFacts
from plimsoll.gateway.wire.failures import write_stream_error
from plimsoll.gateway.wire.increments import Begun, Ended, Failed, Increment
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.reading.builder import ReplyBuilder
from plimsoll.gateway.wire.reading.reply import new_parser, read_reply
from plimsoll.gateway.wire.writing.chat import ChatStreamWriter, write_chat_reply
from plimsoll.gateway.wire.writing.messages import MessagesStreamWriter, write_messages_reply
from plimsoll.gateway.wire.writing.responses import ResponsesStreamWriter, write_responses_reply
from plimsoll.gateway.wire.writing.sequence import CallSequence

REPLY_WRITERS: dict[Wire, Callable[[ReplyFacts], dict[str, object]]] = {
    Wire.CHAT: write_chat_reply,
    Wire.MESSAGES: write_messages_reply,
    Wire.RESPONSES: write_responses_reply,
}
"""What writes a whole reply, by wire."""
_HEARTBEAT = b": ping\n\n"
"""A comment, which every client passes over: it keeps the connection alive while a model thinks."""
_FAILED_STATUS = 502
"""What a provider's error within a stream would have been before it: a fault upstream."""


def translate_reply(body: bytes, *, source: Wire, target: Wire, created_seconds: int = 0) -> bytes:
    """Return the body of a reply in the target's words, the same bytes where both wires are one.

    `created_seconds` is for wires that do not date their replies. Of several choices the first is translated, of blocks
    that only the source knows none. Raises UnusableAnswer for a body that cannot be read, or that is an error.
    """
    if source is target:
        return body
    facts = read_reply(source, body)
    if facts.error is not None:
        raise UnusableAnswer(f"The provider sent an error as an answer: {facts.error.message[:300]}")
    if not facts.created_seconds:
        facts = msgspec.structs.replace(facts, created_seconds=created_seconds)
    return msgspec.json.encode(REPLY_WRITERS[target](facts))


class StreamTranslator:
    """Says one stream in the target's words, event by event."""

    def __init__(self, source: Wire, target: Wire, *, include_usage: bool = True, created_seconds: int = 0) -> None:
        """Begin a stream; `include_usage` tells whether a chat caller asked for it (others always get it)."""
        self._parser = new_parser(source)
        self._sequence = CallSequence()
        self._builder = ReplyBuilder()
        self._target = target
        self._writer = new_writer(target, include_usage=include_usage)
        self._created_seconds = created_seconds
        self._is_over = False

    def feed(self, event: bytes) -> list[bytes]:
        """Return the events that say this one; heartbeats stay comments. Raises UnusableAnswer."""
        if event.startswith((b":", b"event: ping")):
            return [_HEARTBEAT]
        return [
            said
            for increment in self._parser.parse(event)
            for ordered in self._sequence.order(self._date(increment))
            for said in self._say(ordered)
        ]

    def finish(self) -> list[bytes]:
        """Return what is left to say at the end of the source's stream: nothing where the answer was interrupted."""
        if self._is_over or not self._builder.is_finished:
            return []
        self._is_over = True
        return self._writer.close(self._builder.facts())

    def _say(self, increment: Increment) -> list[bytes]:
        if self._is_over:
            return []
        self._builder.add(increment)
        if isinstance(increment, Ended):
            return self.finish()
        if isinstance(increment, Failed):
            self._is_over = True
            return [_write_failure(self._target, increment.error)]
        return self._writer.write(increment)

    def _date(self, increment: Increment) -> Increment:
        if isinstance(increment, Begun) and not increment.created_seconds:
            return Begun(increment.id, increment.model, self._created_seconds)
        return increment


def new_writer(target: Wire, *, include_usage: bool) -> ChatStreamWriter | MessagesStreamWriter | ResponsesStreamWriter:
    """Return what writes the events of one stream of this wire."""
    if target is Wire.CHAT:
        return ChatStreamWriter(include_usage=include_usage)
    return MessagesStreamWriter() if target is Wire.MESSAGES else ResponsesStreamWriter()


def _write_failure(target: Wire, error: ReplyError) -> bytes:
    code = error.code or error.kind or "provider_refused"
    return write_stream_error(target, status=_FAILED_STATUS, code=code, message=error.message)
