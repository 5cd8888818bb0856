"""What the parser process and its owner say to each other: length-prefixed JSON, both ways.

`parser_process` and `worker` speak it. It carries no Python objects.
"""

import msgspec

from plimsoll.errors import DocumentError, PlimsollError, TooLarge, UnknownFormat, UnreadableDocument
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.formats import ParseLimits

LENGTH_BYTES = 8
"""Size of the big-endian length before each message."""


class ParseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One file to read."""

    path: str
    """Where it lies."""
    source: str
    """The name for messages."""
    limits: ParseLimits
    """How much it may ask for."""


class ParseReply(msgspec.Struct, frozen=True, kw_only=True):
    """The document, or why there is none."""

    is_progress: bool = False
    """Whether this only says that the work goes on; the answer follows."""
    document: ParsedDocument | None = None
    """What was read."""
    code: str = ""
    """Code of the error, where there is no document."""
    message: str = ""
    """What happened."""
    next_step: str = ""
    """What to do about it."""


_ERRORS: dict[str, type[PlimsollError]] = {kind.code: kind for kind in (UnreadableDocument, UnknownFormat, TooLarge)}


def refusal(error: DocumentError | TooLarge) -> ParseReply:
    """Return the reply that carries the error."""
    return ParseReply(code=error.code, message=error.message, next_step=error.next_step)


def document_of(reply: ParseReply) -> ParsedDocument:
    """Return the document of a reply, or raise the error that it carries."""
    if reply.document is None:
        raise _ERRORS.get(reply.code, UnreadableDocument)(reply.message, next_step=reply.next_step)
    return reply.document


def framed(message: msgspec.Struct) -> bytes:
    """Return the message as it goes over the pipe."""
    encoded = msgspec.json.encode(message)
    return len(encoded).to_bytes(LENGTH_BYTES) + encoded
