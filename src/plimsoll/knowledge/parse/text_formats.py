"""Kinds of file that are text already. `ingest` reads them in a thread: their parsers are ours and take linear time."""

from pathlib import Path

from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.formats import ParseLimits, Parser, read_document
from plimsoll.knowledge.parse.markdown import parse_markdown
from plimsoll.knowledge.parse.plain import parse_plain_text

_PARSERS: dict[str, Parser] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_plain_text,
    ".text": parse_plain_text,
}


def parse_text_file(path: Path, *, source: str, limits: ParseLimits) -> ParsedDocument:
    """Read a Markdown or text file. Raises UnknownFormat, TooLarge and UnreadableDocument."""
    return read_document(path, source=source, limits=limits, parsers=_PARSERS)
