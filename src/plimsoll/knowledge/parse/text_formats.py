"""Kinds of file that are text already. `ingest` reads them in a thread: their parsers are ours and take linear time."""

from pathlib import Path

from plimsoll.knowledge.parse.delimited import parse_delimited
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.formats import ParseLimits, Parser, read_document
from plimsoll.knowledge.parse.json_lines import parse_json_lines
from plimsoll.knowledge.parse.markdown import parse_markdown
from plimsoll.knowledge.parse.plain import parse_plain_text

TEXT_PARSERS: dict[str, Parser] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_plain_text,
    ".text": parse_plain_text,
    ".csv": parse_delimited,
    ".tsv": parse_delimited,
    ".jsonl": parse_json_lines,
    ".ndjson": parse_json_lines,
}
"""The parser of each ending; the process apart has them too, for text that comes under another name."""


def parse_text_file(path: Path, *, source: str, limits: ParseLimits) -> ParsedDocument:
    """Read a file of a text format. Raises UnknownFormat, TooLarge and UnreadableDocument."""
    return read_document(path, source=source, limits=limits, parsers=TEXT_PARSERS)
