# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The pictures of an image file as arrays: upright, in colour, of bounded size. `rapid` calls it."""

import io
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import TooLarge, UnreadableDocument

_MOST_PIXELS = 40_000_000


def frames_of(content: bytes) -> Iterator[NDArray[np.uint8]]:
    """Return each picture, shape (height, width, 3), blue first. Raises UnreadableDocument and TooLarge."""
    try:
        from PIL import Image, ImageOps, ImageSequence
    except ImportError as error:
        raise UnreadableDocument(
            "Images cannot be opened: Pillow is missing.", next_step="Install it with `pip install 'plimsoll[ocr]'`."
        ) from error
    try:
        with _quietly():
            image = Image.open(io.BytesIO(content))
        with image:
            for frame in ImageSequence.Iterator(image):
                _refuse_large(frame.width, frame.height)
                with _quietly():
                    upright = ImageOps.exif_transpose(frame).convert("RGB")
                yield np.ascontiguousarray(np.asarray(upright, dtype=np.uint8)[:, :, ::-1])
    except Image.DecompressionBombError as error:
        raise _too_large(str(error)) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableDocument(
            f"The image is damaged or cut off: {type(error).__name__}.", next_step="Save it again as PNG."
        ) from error


@contextmanager
def _quietly() -> Generator[None]:
    """Say nothing of odd notes within an image, such as damaged EXIF: what cannot be read raises all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _refuse_large(width: int, height: int) -> None:
    if width * height > _MOST_PIXELS:
        raise _too_large(f"{width} x {height} pixels")


def _too_large(size: str) -> TooLarge:
    return TooLarge(
        f"The image has too many pixels to be read: {size}; at most {_MOST_PIXELS:,} are taken.",
        next_step="Scale it down or cut it into parts.",
    )
