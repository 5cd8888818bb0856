"""What is asked of an engine for text recognition, and which one this machine has.

`images` and `scanned_pages` ask for one; `formats` only whether there is one. Nothing is downloaded, ever.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import Protocol

from plimsoll.knowledge.parse.recognition.rapid import RapidRecogniser
from plimsoll.knowledge.parse.recognition.tesseract import TesseractRecogniser

INSTALL = "Install text recognition with `pip install 'plimsoll[ocr]'`, or tesseract, and ingest it again."
"""What to do where there is no engine."""


class TextRecogniser(Protocol):
    """Reads the text of pictures."""

    def pages(self, content: bytes) -> Iterator[str]:
        """Return the text of each picture in an image file, lines in reading order; empty where it holds none.

        Raises UnreadableDocument for a damaged image and TooLarge for one of too many pixels.
        """
        ...


FindRecogniser = Callable[[], TextRecogniser | None]
"""Returns the engine to use; None where none is installed."""


def has_recogniser() -> bool:
    """Tell whether an engine is installed, without loading it."""
    return find_spec("rapidocr") is not None or shutil.which("tesseract") is not None


@lru_cache(maxsize=1)
def find_recogniser() -> TextRecogniser | None:
    """Return the engine of this machine: rapidocr before tesseract; None where neither is installed."""
    if find_spec("rapidocr") is not None:
        return RapidRecogniser()
    program = shutil.which("tesseract")
    return TesseractRecogniser(program) if program else None
