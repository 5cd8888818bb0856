# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Pages of a PDF that are pictures of text: rendered and recognised, or named as left out. `pdf` calls it.

A page counts as scanned where it has no text layer and holds a picture. Quotations point into what was recognised.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from pypdfium2 import PdfDocument, PdfPage
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

from plimsoll.knowledge.parse.recognition.recogniser import INSTALL, TextRecogniser
from plimsoll.knowledge.parse.source_file import SourceFile

_POINTS_AN_INCH = 72
_DOTS_AN_INCH = 200
_MOST_PIXELS = 6_000_000
_OBJECTS_DEEP = 3
_PAGES_NAMED = 10
_COLOURS = 3


class ScannedText(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the scanned pages."""

    texts: dict[int, str]
    """Recognised text by the page's index, counted from 0."""
    notes: tuple[str, ...] = ()
    """That text was recognised, and on which pages."""
    truncated: str = ""
    """Pages that were left out, in a sentence; empty where none were."""


def scanned_pages(document: PdfDocument, empty: Sequence[int], *, is_whole: bool) -> list[int]:
    """Return which of the pages without text show something; where no page has text, drawings count as well."""
    kinds = [FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH] if is_whole else [FPDF_PAGEOBJ_IMAGE]
    return [index for index in empty if _shows(document, index, kinds)]


def recognise_pages(
    document: PdfDocument, pages: Sequence[int], *, file: SourceFile, recogniser: TextRecogniser | None
) -> ScannedText:
    """Return the text of these pages, as far as the limit of pages goes. Raises UnreadableDocument."""
    if not pages:
        return ScannedText(texts={})
    if recogniser is None:
        return ScannedText(texts={}, truncated=f"Scanned pages were left out: {_named(pages)}. {INSTALL}")
    taken, rest = pages[: file.max_scanned_pages], pages[file.max_scanned_pages :]
    texts: dict[int, str] = {}
    for index in taken:
        texts[index] = "\n\n".join(recogniser.pages(_picture(document, index)))
        file.tell_progress()
    note = f"{file.source!r}: the text of scanned pages was recognised and may hold errors: {_named(taken)}."
    return ScannedText(
        texts=texts,
        notes=(note,),
        truncated=f"Only {len(taken)} scanned pages were recognised; left out: {_named(rest)}." if rest else "",
    )


def _shows(document: PdfDocument, index: int, kinds: list[int]) -> bool:
    page = document[index]
    try:
        return next(page.get_objects(filter=kinds, max_depth=_OBJECTS_DEEP), None) is not None
    finally:
        page.close()


def _picture(document: PdfDocument, index: int) -> bytes:
    """Return the page as a portable pixmap, which every engine reads and which needs no library to write."""
    page = document[index]
    try:
        bitmap = page.render(scale=_scale(page), rev_byteorder=True)  # pyright: ignore[reportArgumentType]  (any number)
        pixels: NDArray[np.uint8] = np.ascontiguousarray(bitmap.to_numpy()[:, :, :_COLOURS])
        bitmap.close()
    finally:
        page.close()
    height, width, colours = pixels.shape
    return f"P{6 if colours == _COLOURS else 5} {width} {height} 255\n".encode() + pixels.tobytes()


def _scale(page: PdfPage) -> float:
    width, height = page.get_size()
    return min(_DOTS_AN_INCH / _POINTS_AN_INCH, math.sqrt(_MOST_PIXELS / max(width * height, 1.0)))


def _named(pages: Sequence[int]) -> str:
    named = ", ".join(str(index + 1) for index in pages[:_PAGES_NAMED])
    return f"{named} and {len(pages) - _PAGES_NAMED} more" if len(pages) > _PAGES_NAMED else named
