"""Which kinds of file are read, where, and how much one may ask for; and the checks that every kind shares.

`text_formats` reads here what is only text; `foreign_formats` reads in a process apart what must be taken apart.
The first bytes decide over the ending: a file that is something else is read as what it is, with a note.
"""

from collections.abc import Callable, Container, Mapping
from pathlib import Path, PurePath

import msgspec

from plimsoll.errors import TooLarge, UnknownFormat, UnreadableDocument, one_of
from plimsoll.knowledge.parse.content_kind import ending_by_content, is_binary
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.recognition.recogniser import has_recogniser
from plimsoll.knowledge.parse.source_file import SourceFile

Parser = Callable[[SourceFile], ParsedDocument]
"""Reads one kind of file. Raises UnreadableDocument."""

_TEXT_ENDINGS = (".md", ".markdown", ".txt", ".text", ".csv", ".tsv", ".jsonl", ".ndjson")
_OFFICE_ENDINGS = (".docx", ".docm", ".pptx", ".pptm", ".xlsx", ".xlsm")
_IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
_FOREIGN_ENDINGS = (".html", ".htm", ".pdf", *_OFFICE_ENDINGS, ".eml", ".msg", *_IMAGE_ENDINGS)
_SAME_KIND = {".jpeg": ".jpg", ".tif": ".tiff", ".htm": ".html", ".docm": ".docx", ".pptm": ".pptx", ".xlsm": ".xlsx"}
_KIND_NAMES = {
    ".html": "a web page",
    ".pdf": "a PDF",
    ".docx": "a Word file",
    ".pptx": "a PowerPoint file",
    ".xlsx": "an Excel file",
    ".msg": "an Outlook message",
    ".txt": "plain text",
    ".png": "a PNG image",
    ".jpg": "a JPEG image",
    ".tiff": "a TIFF image",
    ".bmp": "a BMP image",
    ".webp": "a WebP image",
}
_AS_OFFICE = {".doc": ".docx", ".rtf": ".docx", ".odt": ".docx", ".xls": ".xlsx", ".ods": ".xlsx", ".ppt": ".pptx"}
_VOICE = (".wav", ".mp3", ".m4a", ".ogg", ".flac", ".mp4", ".webm")
_CONVERSIONS = {
    **{ending: f"Save it as {target} or .pdf." for ending, target in _AS_OFFICE.items()},
    **dict.fromkeys(_VOICE, "Voice is not read as a document yet: add its transcript as text."),
}
_MADE_OF_BYTES = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".msg", *_IMAGE_ENDINGS})
_SNIFFED_BYTES = 16
_MEGABYTE = 1_000_000


class ParseLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one document may ask of this machine."""

    max_file_bytes: int = 50 * _MEGABYTE
    """A file of this size or more is refused."""
    max_characters: int = 10_000_000
    """A document whose text is longer is refused: it would hold up everything else for many minutes."""
    max_unpacked_bytes: int = 300 * _MEGABYTE
    """An Office file that unpacks to more than this is refused."""
    max_rows: int = 100_000
    """Rows of one sheet, CSV or JSONL file beyond these are left out, and the document says so."""
    max_scanned_pages: int = 200
    """Pages without a text layer beyond these are not recognised, and the document says so."""
    timeout_seconds: float = 60.0
    """Time that a document, or each recognised page of it, may take in the process apart before that is stopped."""


def known_endings() -> list[str]:
    """Return the file endings that have a parser."""
    return [*_TEXT_ENDINGS, *_FOREIGN_ENDINGS]


def is_known_format(path: PurePath) -> bool:
    """Tell whether a file of this name can be read here: an image only where text recognition is installed."""
    ending = path.suffix.lower()
    return ending in known_endings() and (ending not in _IMAGE_ENDINGS or has_recogniser())


def is_foreign_format(path: Path) -> bool:
    """Tell whether the file, by its name or its first bytes, is to be read in a process apart. Opens the file."""
    if path.suffix.lower() in _FOREIGN_ENDINGS:
        return True
    try:
        with path.open("rb") as file:
            return is_binary(file.read(_SNIFFED_BYTES))
    except OSError:
        return False  # the parser says why it cannot be read


def read_document(
    path: Path,
    *,
    source: str,
    limits: ParseLimits,
    parsers: Mapping[str, Parser],
    tell_progress: Callable[[], None] = lambda: None,
) -> ParsedDocument:
    """Read one file with the parser of its content, or of its ending where the content is text.

    Raises UnknownFormat, TooLarge (file or text), and UnreadableDocument for everything that holds no readable text.
    """
    ending = path.suffix.lower()
    _refuse_unknown(source, ending)
    content = _read(path, source, limits)
    file = file_of(content, source=source, limits=limits, tell_progress=tell_progress)
    return read_content(file, ending, parsers=parsers)


def file_of(
    content: bytes, *, source: str, limits: ParseLimits, tell_progress: Callable[[], None] = lambda: None
) -> SourceFile:
    """Return the content with its name and what it may ask for."""
    return SourceFile(
        source=source,
        content=content,
        max_characters=limits.max_characters,
        max_unpacked_bytes=limits.max_unpacked_bytes,
        max_rows=limits.max_rows,
        max_scanned_pages=limits.max_scanned_pages,
        tell_progress=tell_progress,
    )


def read_content(file: SourceFile, ending: str, *, parsers: Mapping[str, Parser]) -> ParsedDocument:
    """Read a file's content, wherever it comes from. Raises as `read_document` does."""
    _refuse_unknown(file.source, ending)
    actual = _actual_ending(file, ending)
    _refuse_unknown(file.source, actual, known=parsers)
    document = parsers[actual](file)
    refuse_long_text(document.text, source=file.source, max_characters=file.max_characters)
    if not document.text[document.body_start :].strip():
        raise UnreadableDocument(
            f"{file.source!r} holds no text beyond its front matter.", next_step="Remove it or write something into it."
        )
    if actual == ending:
        return document
    note = f"{file.source!r} is {_KIND_NAMES.get(actual, actual)} in spite of its ending, and was read as one."
    return msgspec.structs.replace(document, notes=(*document.notes, note))


def _actual_ending(file: SourceFile, ending: str) -> str:
    """Return the ending to read by. Text formats cannot be told apart by content: there the name is believed."""
    if not file.content.strip():
        raise UnreadableDocument(f"{file.source!r} is empty.", next_step="Remove it or write something into it.")
    found = ending_by_content(file.content, source=file.source)
    plain = _SAME_KIND.get(ending, ending)
    if found is None:
        return ".txt" if plain in _MADE_OF_BYTES else ending
    is_text_about_pages = found == ".html" and plain not in _MADE_OF_BYTES
    return ending if is_text_about_pages or found == plain else found


def _refuse_unknown(source: str, ending: str, *, known: Container[str] | None = None) -> None:
    if ending in (known_endings() if known is None else known):
        return
    named = f"Known endings: {one_of(known_endings())}."
    raise UnknownFormat(
        f"{source!r} ends in {ending!r}, which no parser reads.",
        next_step=f"{_CONVERSIONS[ending]} {named}"
        if ending in _CONVERSIONS
        else f"{named} Convert it to one of them.",
    )


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
