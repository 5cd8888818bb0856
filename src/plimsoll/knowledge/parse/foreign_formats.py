"""Kinds of file that have to be taken apart. Only the parser process imports them: they may hang or crash."""

from collections.abc import Callable
from pathlib import Path, PurePath

from plimsoll.errors import UnknownFormat
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.formats import ParseLimits, Parser, is_known_format, read_content, read_document
from plimsoll.knowledge.parse.html import parse_html
from plimsoll.knowledge.parse.images import parse_image
from plimsoll.knowledge.parse.mail.eml import read_eml
from plimsoll.knowledge.parse.mail.message import written_message
from plimsoll.knowledge.parse.mail.msg import read_msg
from plimsoll.knowledge.parse.office.docx import parse_docx
from plimsoll.knowledge.parse.office.pptx import parse_pptx
from plimsoll.knowledge.parse.office.xlsx import parse_xlsx
from plimsoll.knowledge.parse.pdf import parse_pdf
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.text_formats import TEXT_PARSERS


def parse_foreign_file(
    path: Path, *, source: str, limits: ParseLimits, tell_progress: Callable[[], None] = lambda: None
) -> ParsedDocument:
    """Read a file of any kind, telling progress after each recognised page.

    Raises UnknownFormat, TooLarge and UnreadableDocument.
    """
    return read_document(path, source=source, limits=limits, parsers=_PARSERS, tell_progress=tell_progress)


def _parse_eml(file: SourceFile) -> ParsedDocument:
    return written_message(read_eml(file), file, read_attachment=_read_attachment)


def _parse_msg(file: SourceFile) -> ParsedDocument:
    return written_message(read_msg(file), file, read_attachment=_read_attachment)


def _read_attachment(file: SourceFile) -> ParsedDocument:
    """Read what came with a message, by its name; a message within a message is named only."""
    path = PurePath(file.source)
    if not is_known_format(path):
        raise UnknownFormat(f"{file.source!r} ends in {path.suffix!r}, which no parser reads.")
    return read_content(file, path.suffix.lower(), parsers=_WITHIN_MAIL)


_WITHIN_MAIL: dict[str, Parser] = {
    **TEXT_PARSERS,
    ".html": parse_html,
    ".htm": parse_html,
    ".pdf": parse_pdf,
    ".docx": parse_docx,
    ".docm": parse_docx,
    ".pptx": parse_pptx,
    ".pptm": parse_pptx,
    ".xlsx": parse_xlsx,
    ".xlsm": parse_xlsx,
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"), parse_image),
}
_PARSERS: dict[str, Parser] = {**_WITHIN_MAIL, ".eml": _parse_eml, ".msg": _parse_msg}
