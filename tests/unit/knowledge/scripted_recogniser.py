"""An engine for text recognition that says what it is told, and pictures to show it."""

import io
from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw, ImageFont


class ScriptedRecogniser:
    """Returns one prepared text after the other, whatever the picture."""

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)
        self.seen: list[bytes] = []

    def pages(self, content: bytes) -> Iterator[str]:
        self.seen.append(content)
        yield self._texts.pop(0)


def picture(*lines: str, size: tuple[int, int] = (900, 300), kind: str = "PNG") -> bytes:
    """Return an image with these lines in large letters."""
    return pictures([lines], size=size, kind=kind)


def pictures(pages: Sequence[Sequence[str]], *, size: tuple[int, int] = (900, 300), kind: str = "TIFF") -> bytes:
    """Return an image file that holds a picture for each page."""
    images: list[Image.Image] = []
    for lines in pages:
        image = Image.new("RGB", size, "white")
        draw = ImageDraw.Draw(image)
        for place, line in enumerate(lines):
            draw.text((40, 40 + place * 90), line, fill="black", font=ImageFont.load_default(size=56))
        images.append(image)
    stream = io.BytesIO()
    images[0].save(stream, kind, **({"save_all": True, "append_images": images[1:]} if len(images) > 1 else {}))
    return stream.getvalue()


def scan(*pages: Sequence[str]) -> bytes:
    """Return a PDF whose pages are pictures of these lines."""
    images = [Image.open(io.BytesIO(picture(*lines))) for lines in pages]
    stream = io.BytesIO()
    images[0].save(stream, "PDF", save_all=True, append_images=images[1:], resolution=100)
    return stream.getvalue()
