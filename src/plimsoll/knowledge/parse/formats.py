"""Which kinds of file are read, where, and how much one may ask for; and the checks that every kind shares.

`text_formats` reads here what is only text; `foreign_formats` reads in a process apart what foreign libraries take
apart. Nothing sniffs content to guess a kind.
"""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

import msgspec

from plimsoll.errors import TooLarge, UnknownFormat, UnreadableDocument, one_of
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.source_file import SourceFile

Parser = Callable[[SourceFile], ParsedDocument]
"""Reads one kind of file. Raises UnreadableDocument."""

_TEXT_ENDINGS = (".md", ".markdown", ".txt", ".text")
_FOREIGN_ENDINGS = (".html", ".htm", ".pdf")
_MEGABYTE = 1_000_000


class ParseLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one document may ask of this machine."""

    max_file_bytes: int = 50 * _MEGABYTE
    """A file of this size or more is refused."""
    max_characters: int = 10_000_000
    """A document whose text is longer is refused: it would hold up everything else for many minutes."""
    timeout_seconds: float = 60.0
    """Time that parsing one document in the process apart may take before that process is stopped."""


def known_endings() -> list[str]:
    """Return the file endings that have a parser."""
    return [*_TEXT_ENDINGS, *_FOREIGN_ENDINGS]


def is_known_format(path: PurePath) -> bool:
    """Tell whether a file of this name has a parser."""
    return path.suffix.lower() in known_endings()


def is_foreign_format(path: PurePath) -> bool:
    """Tell whether a file of this name is read by a foreign library, in a process apart."""
    return path.suffix.lower() in _FOREIGN_ENDINGS


def read_document(path: Path, *, source: str, limits: ParseLimits, parsers: Mapping[str, Parser]) -> ParsedDocument:
    """Read one file with the parser of its ending.

    Raises UnknownFormat, TooLarge (file or text), and UnreadableDocument for everything that holds no readable text.
    """
    parser = parsers.get(path.suffix.lower())
    if parser is None:
        raise UnknownFormat(
            f"{source!r} ends in {path.suffix!r}, which no parser reads.",
            next_step=f"Known endings: {one_of(known_endings())}. Convert it to one of them.",
        )
    content = _read(path, source, limits)
    document = parser(SourceFile(source=source, content=content, max_characters=limits.max_characters))
    refuse_long_text(document.text, source=source, max_characters=limits.max_characters)
    if not document.text[document.body_start :].strip():
        raise UnreadableDocument(
            f"{source!r} holds no text beyond its front matter.", next_step="Remove it or write something into it."
        )
    return document


def refuse_long_text(text: str, *, source: str, max_characters: int) -> None:
    """Raise TooLarge for a text beyond the limit."""
    if len(text) > max_characters:
        raise TooLarge(
            f"{source!r} holds {len(text):,} characters of text; at most {max_characters:,} are taken.",
            next_step="Split it into smaller documents.",
        )


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
