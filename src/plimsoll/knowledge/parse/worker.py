"""The parser process: reads requests on standard input, answers on standard output, ends with its owner.

`ParserProcess` starts it, without the room's root. A file that breaks it breaks nothing else.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from plimsoll.errors import DocumentError, TooLarge, UnreadableDocument
from plimsoll.knowledge.parse.foreign_formats import parse_foreign_file
from plimsoll.knowledge.parse.wire import LENGTH_BYTES, ParseReply, ParseRequest, framed, refusal

if sys.platform == "win32":
    resource = None
else:
    import resource

_MOST_MEMORY = 3_000_000_000
"""Bytes of private memory; text recognition takes 0.6 GB."""


def answer_requests(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer each request until the owner closes the pipe."""
    while len(header := requests.read(LENGTH_BYTES)) == LENGTH_BYTES:
        request = msgspec.json.decode(requests.read(int.from_bytes(header)), type=ParseRequest)
        _send(replies, answer(request, tell_progress=lambda: _send(replies, ParseReply(is_progress=True))))


def _send(replies: BinaryIO, reply: ParseReply) -> None:
    replies.write(framed(reply))
    replies.flush()


def answer(request: ParseRequest, *, tell_progress: Callable[[], None] = lambda: None) -> ParseReply:
    """Parse one file; any failure becomes a reply, since this is the boundary to foreign parsers."""
    try:
        document = parse_foreign_file(
            Path(request.path), source=request.source, limits=request.limits, tell_progress=tell_progress
        )
        return ParseReply(document=document)
    except (DocumentError, TooLarge) as error:
        return refusal(error)
    except Exception as error:  # noqa: BLE001  (a parser's own bug must cost one document only; the reply records it)
        return refusal(
            UnreadableDocument(
                f"The parser of {request.source!r} failed: {type(error).__name__}.",
                next_step="Export the document again or convert it to Markdown.",
            )
        )


def limit_memory(most_bytes: int) -> None:
    """Let this process ask for no more memory than this, where the system can hold it to that."""
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, hard))


def main() -> None:
    """Serve on the pipes, with standard output moved out of the reach of libraries that print."""
    limit_memory(_MOST_MEMORY)
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    answer_requests(sys.stdin.buffer, replies)
