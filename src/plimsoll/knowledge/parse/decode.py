"""Bytes to text: by byte order mark, then UTF-8, then Windows-1252 with a note; never by silent replacement.

The text, Markdown and HTML parsers call it. It refuses binary content instead of guessing.
"""

import codecs

import msgspec

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.formats import refuse_long_text
from plimsoll.knowledge.parse.source_file import SourceFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = ((b"%PDF-", "a PDF"), (b"PK\x03\x04", "a ZIP archive or an Office file"), (b"\x89PNG", "a PNG image"))
_TEXT_CONTROLS = frozenset("\t\n\r\f\v\x1b")
_LARGEST_CONTROL_SHARE = 0.01
_SAVE_AS_UTF8 = "Save it as UTF-8 text, or give it the ending of its real format."


class Decoded(msgspec.Struct, frozen=True):
    """Text and what had to be guessed to read it."""

    text: str
    """The text."""
    notes: tuple[str, ...] = ()
    """A sentence for each guess."""


def decode_text(file: SourceFile, *, declared: str | None = None) -> Decoded:
    """Return the text of a file, trying the encoding it declares, then UTF-8, then Windows-1252 with a note.

    Raises UnreadableDocument for an empty file, for binary content and where no encoding fits, TooLarge beyond the
    file's limit of characters.
    """
    content, source = file.content, file.source
    if not content.strip():
        raise UnreadableDocument(f"{source!r} is empty.", next_step="Remove it or write something into it.")
    _refuse_known_binary(content, source)
    decoded = _decode_marked(content, source) or _decode_declared(content, declared) or _decode_guessed(content, source)
    refuse_long_text(decoded.text, source=source, max_characters=file.max_characters)
    _refuse_controls(decoded.text, source)
    return decoded


def _refuse_known_binary(content: bytes, source: str) -> None:
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            raise UnreadableDocument(f"{source!r} holds {kind}, not text.", next_step=_SAVE_AS_UTF8)


def _decode_marked(content: bytes, source: str) -> Decoded | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return Decoded(content.decode(encoding))
            except UnicodeDecodeError as error:
                raise UnreadableDocument(
                    f"{source!r} claims to be {encoding} and is not, at byte {error.start}.", next_step=_SAVE_AS_UTF8
                ) from error
    return None


def _decode_declared(content: bytes, declared: str | None) -> Decoded | None:
    if declared is None:
        return None
    try:
        return Decoded(content.decode(declared))
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_guessed(content: bytes, source: str) -> Decoded:
    try:
        return Decoded(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        first_wrong = error.start
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(
            f"{source!r} is neither UTF-8 (byte {first_wrong}) nor Windows-1252 (byte {error.start}).",
            next_step=_SAVE_AS_UTF8,
        ) from error
    return Decoded(text, (f"{source!r} is not UTF-8 (byte {first_wrong}); it was read as Windows-1252.",))


def _refuse_controls(text: str, source: str) -> None:
    controls = sum(1 for letter in text if letter < " " and letter not in _TEXT_CONTROLS)
    if "\x00" in text or controls > len(text) * _LARGEST_CONTROL_SHARE:
        raise UnreadableDocument(
            f"{source!r} is binary, not text: {controls} control characters in {len(text)}.", next_step=_SAVE_AS_UTF8
        )
