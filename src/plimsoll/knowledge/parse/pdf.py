"""PDF: the text layer, page by page, behind one typed door to pypdfium2.

It reads no image: a scanned PDF without a text layer is refused with what to do. Its caller is a process of its own,
since a broken PDF may hang or crash the library.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec
import pypdfium2
from pypdfium2 import PdfDocument, PdfiumError

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.document import PageStart, ParsedDocument
from plimsoll.knowledge.parse.recognition.recogniser import INSTALL, FindRecogniser, find_recogniser
from plimsoll.knowledge.parse.scanned_pages import ScannedText, recognise_pages, scanned_pages
from plimsoll.knowledge.parse.source_file import SourceFile

_LINE_WORD_JOIN = re.compile(r"\ufffe\s?")
_UNREADABLE_CODES = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ue000-\uf8ff\ufff0-\uffff]")
_PAGE_BREAK = "\n\n"
_TITLE_WORD = re.compile(r"[^\W\d_]{3,}")
_FEWEST_TITLE_WORDS = 2
_LONGEST_TITLE = 150


def parse_pdf(file: SourceFile, *, find: FindRecogniser = find_recogniser) -> ParsedDocument:
    """Return the text of every page, scanned ones through recognition where there is an engine.

    Raises UnreadableDocument for corrupt and protected files, and for scans where there is no engine.
    """
    document = _open(file)
    try:
        pages = list(_page_texts(document))
        scanned = _recognise(document, pages, file=file, find=find)
        title = _title(document) or file.title_from_name()
    except PdfiumError as error:
        raise UnreadableDocument(
            f"{file.source!r} is a damaged PDF: {error}", next_step="Repair or export it again."
        ) from error
    finally:
        document.close()
    pages = [scanned.texts.get(index, text) for index, text in enumerate(pages)]
    if not any(text.strip() for text in pages):
        raise UnreadableDocument(
            f"{file.source!r} has no text layer on any of its {len(pages)} pages: it may be a scan.",
            next_step="Recognition found no text either." if scanned.notes else INSTALL,
        )
    joined = _joined(pages, title)
    return msgspec.structs.replace(joined, notes=scanned.notes, truncated=scanned.truncated)


def _recognise(document: PdfDocument, pages: Sequence[str], *, file: SourceFile, find: FindRecogniser) -> ScannedText:
    empty = [index for index, text in enumerate(pages) if not text.strip()]
    shown = scanned_pages(document, empty, is_whole=len(empty) == len(pages))
    recogniser = find() if shown else None
    return recognise_pages(document, shown, file=file, recogniser=recogniser)


def _open(file: SourceFile) -> PdfDocument:
    try:
        return pypdfium2.PdfDocument(file.content)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument(
                f"{file.source!r} is protected by a password.", next_step="Save a copy without the password."
            ) from error
        raise UnreadableDocument(
            f"{file.source!r} is not a readable PDF: {error}", next_step="Repair or export it again."
        ) from error


def _page_texts(document: PdfDocument) -> Iterator[str]:
    for index in range(len(document)):
        page = document[index]
        text_page = page.get_textpage()
        text = text_page.get_text_range(errors="replace")
        text_page.close()
        page.close()
        yield _UNREADABLE_CODES.sub(" ", _LINE_WORD_JOIN.sub("", text.replace("\r\n", "\n"))).strip()


def _title(document: PdfDocument) -> str | None:
    title = document.get_metadata_dict().get("Title", "").strip()
    is_sentence = len(_TITLE_WORD.findall(title)) >= _FEWEST_TITLE_WORDS and len(title) <= _LONGEST_TITLE
    return title if is_sentence and not title.startswith("Microsoft Word") else None


def _joined(pages: list[str], title: str) -> ParsedDocument:
    starts: list[PageStart] = []
    length = 0
    for number, text in enumerate(pages, start=1):
        starts.append(PageStart(start=length, number=number))
        length += len(text) + len(_PAGE_BREAK)
    return ParsedDocument(text=_PAGE_BREAK.join(pages), title=title, pages=tuple(starts))
