"""The parser process: reads requests on standard input, answers on standard output, ends with its owner.

Started by `ParserProcess` as `python -m plimsoll.knowledge.parse.worker`. A file that breaks it breaks nothing else.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from plimsoll.errors import DocumentError, TooLarge, UnreadableDocument
from plimsoll.knowledge.parse.foreign_formats import parse_foreign_file
from plimsoll.knowledge.parse.wire import LENGTH_BYTES, ParseReply, ParseRequest, framed, refusal


def answer_requests(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer each request until the owner closes the pipe."""
    while len(header := requests.read(LENGTH_BYTES)) == LENGTH_BYTES:
        request = msgspec.json.decode(requests.read(int.from_bytes(header)), type=ParseRequest)
        replies.write(framed(answer(request)))
        replies.flush()


def answer(request: ParseRequest) -> ParseReply:
    """Parse one file; any failure becomes a reply, since this is the boundary to foreign parsers."""
    try:
        return ParseReply(document=parse_foreign_file(Path(request.path), source=request.source, limits=request.limits))
    except (DocumentError, TooLarge) as error:
        return refusal(error)
    except Exception as error:  # noqa: BLE001  (a parser's own bug must cost one document only; the reply records it)
        return refusal(
            UnreadableDocument(
                f"The parser of {request.source!r} failed: {type(error).__name__}.",
                next_step="Export the document again or convert it to Markdown.",
            )
        )


def main() -> None:
    """Serve on the pipes, with standard output moved out of the reach of libraries that print."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    answer_requests(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
