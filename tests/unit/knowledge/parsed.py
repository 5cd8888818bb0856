"""Parses bytes as the parser process does, for tests of single formats."""

from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.foreign_formats import parse_foreign_file
from plimsoll.knowledge.parse.formats import ParseLimits


def parsed(name: str, content: bytes, limits: ParseLimits | None = None) -> ParsedDocument:
    """Return the document that the bytes make under this name."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "file").with_suffix(PurePath(name).suffix)
        file.write_bytes(content)
        return parse_foreign_file(file, source=PurePath(name).as_posix(), limits=limits or ParseLimits())


def sections(document: ParsedDocument) -> dict[tuple[str, ...], str]:
    """Return the text of each section by its headings; proves that their offsets are exact."""
    ends = [*(heading.start for heading in document.headings[1:]), len(document.text)]
    for heading in document.headings:
        assert document.text[heading.start : heading.end].lstrip("# ") == heading.path[-1]
    return {
        heading.path: document.text[heading.end : end].strip()
        for heading, end in zip(document.headings, ends, strict=True)
    }
