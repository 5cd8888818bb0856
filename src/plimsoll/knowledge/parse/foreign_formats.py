"""Kinds of file that foreign libraries take apart. Only the parser process imports them: they may hang or crash."""

from pathlib import Path

from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.formats import ParseLimits, Parser, read_document
from plimsoll.knowledge.parse.html import parse_html
from plimsoll.knowledge.parse.pdf import parse_pdf

_PARSERS: dict[str, Parser] = {".html": parse_html, ".htm": parse_html, ".pdf": parse_pdf}


def parse_foreign_file(path: Path, *, source: str, limits: ParseLimits) -> ParsedDocument:
    """Read a web page or a PDF. Raises UnknownFormat, TooLarge and UnreadableDocument."""
    return read_document(path, source=source, limits=limits, parsers=_PARSERS)
