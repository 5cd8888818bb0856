"""Which parser reads which kind of file, by its ending; and the sizes beyond which none is asked.

The parser process calls it, and `discover` asks what is known. It does not sniff content.
"""

from collections.abc import Callable
from pathlib import Path, PurePath

import msgspec

from plimsoll.errors import TooLarge, UnknownFormat, UnreadableDocument, one_of
from plimsoll.knowledge.document import ParsedDocument
from plimsoll.knowledge.parse.html import parse_html
from plimsoll.knowledge.parse.markdown import parse_markdown
from plimsoll.knowledge.parse.pdf import parse_pdf
from plimsoll.knowledge.parse.plain import parse_plain_text
from plimsoll.knowledge.parse.source_file import SourceFile

_MEGABYTE = 1_000_000

_PARSERS: dict[str, Callable[[SourceFile], ParsedDocument]] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_plain_text,
    ".text": parse_plain_text,
    ".html": parse_html,
    ".htm": parse_html,
    ".pdf": parse_pdf,
}


class ParseLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one document may ask of this machine."""

    max_file_bytes: int = 50 * _MEGABYTE
    """A file of this size or more is refused."""
    max_characters: int = 10_000_000
    """A document whose text is longer is refused: it would hold up everything else for many minutes."""
    timeout_seconds: float = 60.0
    """Time that parsing one document may take before its parser is stopped."""


def known_endings() -> list[str]:
    """Return the file endings that have a parser."""
    return list(_PARSERS)


def is_known_format(path: PurePath) -> bool:
    """Tell whether a file of this name has a parser."""
    return path.suffix.lower() in _PARSERS


def parse_file(path: Path, *, source: str, limits: ParseLimits) -> ParsedDocument:
    """Read and parse one file.

    Raises UnknownFormat, TooLarge (file or text), and UnreadableDocument for everything that holds no readable text.
    """
    parser = _PARSERS.get(path.suffix.lower())
    if parser is None:
        raise UnknownFormat(
            f"{source!r} ends in {path.suffix!r}, which no parser reads.",
            next_step=f"Known endings: {one_of(_PARSERS)}. Convert it to one of them.",
        )
    document = parser(SourceFile(source=source, content=_read(path, source, limits)))
    if len(document.text) > limits.max_characters:
        raise TooLarge(
            f"{source!r} holds {len(document.text):,} characters of text; at most {limits.max_characters:,} are taken.",
            next_step="Split it into smaller documents.",
        )
    if not document.text[document.body_start :].strip():
        raise UnreadableDocument(
            f"{source!r} holds no text beyond its front matter.", next_step="Remove it or write something into it."
        )
    return document


def _read(path: Path, source: str, limits: ParseLimits) -> bytes:
    try:
        size = path.stat().st_size
        if size >= limits.max_file_bytes:
            raise TooLarge(
                f"{source!r} has {size / _MEGABYTE:.1f} MB; files of {limits.max_file_bytes / _MEGABYTE:g} MB or more "
                "are refused.",
                next_step="Split it, or raise `max_file_mb` under [limits] in plimsoll.toml.",
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(
            f"{source!r} could not be read: {error.strerror}.", next_step="Check that it exists and its permissions."
        ) from error
