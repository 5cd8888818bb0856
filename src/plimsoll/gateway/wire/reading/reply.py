"""What a reply says, on any wire, whole or streamed. The gateway bills, traces and decides by it.

It changes nothing on the way: the bytes that a caller gets are the provider's own.
"""

from collections.abc import Callable

from plimsoll.gateway.wire.facts import ReplyError, ReplyFacts
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.reading.builder import ReplyBuilder
from plimsoll.gateway.wire.reading.chat import ChatParser, read_chat_reply
from plimsoll.gateway.wire.reading.messages import MessagesParser, read_messages_reply
from plimsoll.gateway.wire.reading.responses import ResponsesParser, read_responses_reply

_READERS: dict[Wire, Callable[[bytes], ReplyFacts]] = {
    Wire.CHAT: read_chat_reply,
    Wire.RESPONSES: read_responses_reply,
    Wire.MESSAGES: read_messages_reply,
}
_PARSERS: dict[Wire, type[ChatParser] | type[ResponsesParser] | type[MessagesParser]] = {
    Wire.CHAT: ChatParser,
    Wire.RESPONSES: ResponsesParser,
    Wire.MESSAGES: MessagesParser,
}


def read_reply(wire: Wire, body: bytes) -> ReplyFacts:
    """Return what a reply says; `error` is set where the provider sent one as a success.

    Raises UnusableAnswer for a body that cannot be read.
    """
    return _READERS[wire](body)


def new_parser(wire: Wire) -> ChatParser | ResponsesParser | MessagesParser:
    """Return what turns the events of one stream of this wire into increments."""
    return _PARSERS[wire]()


class StreamReader:
    """Reads along with one stream. Costs a few microseconds an event."""

    __slots__ = ("_builder", "_parser")

    def __init__(self, wire: Wire) -> None:
        self._parser = new_parser(wire)
        self._builder = ReplyBuilder()

    def observe(self, event: bytes) -> None:
        """Take in one event. Raises UnusableAnswer for one that cannot be read."""
        for increment in self._parser.parse(event):
            self._builder.add(increment)

    def facts(self) -> ReplyFacts:
        """Return what the reply says so far, at any time."""
        whole = self._parser.whole if isinstance(self._parser, ResponsesParser) else None
        return whole or self._builder.facts()

    @property
    def is_complete(self) -> bool:
        """Tell whether the answer came to its end: a stream that stops before was interrupted."""
        return self._builder.is_finished

    @property
    def has_ended(self) -> bool:
        """Tell whether the stream said that it is over, so that nothing may follow."""
        return self._builder.has_ended

    @property
    def has_content(self) -> bool:
        """Tell whether a first token was seen."""
        return self._builder.has_content

    @property
    def error(self) -> ReplyError | None:
        """Return the error that the stream reported."""
        return self._builder.error
