# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The one door to rapidocr: PP-OCR models on ONNX Runtime, which ship in its wheel."""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.recognition.frames import frames_of
from plimsoll.knowledge.parse.recognition.lines import TextBox, text_of

_THREADS = 2
_SETTINGS = {"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS}
_SHORTEST_SIDE = 8

_Engine = Callable[[NDArray[np.uint8]], object]


class RapidRecogniser:
    """Loads its models with the first image, in about a second."""

    def __init__(self) -> None:
        self._engine: _Engine | None = None

    def pages(self, content: bytes) -> Iterator[str]:
        """Return the text of each picture in the file. Raises UnreadableDocument and TooLarge."""
        engine = self._engine = self._engine or _load()
        for frame in frames_of(content):
            yield text_of(_boxes(engine(frame))) if min(frame.shape[:2]) >= _SHORTEST_SIDE else ""


def _load() -> _Engine:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise UnreadableDocument(
            f"Text recognition is installed and does not start: {error}.",
            next_step="Install it again with `pip install --force-reinstall 'plimsoll[ocr]'`.",
        ) from error
    return cast("_Engine", RapidOCR(params=dict(_SETTINGS)))


def _boxes(found: object) -> list[TextBox]:
    texts = cast("Sequence[str] | None", getattr(found, "txts", None))
    corners = cast("NDArray[np.float32] | None", getattr(found, "boxes", None))
    if texts is None or corners is None:
        return []
    return [
        TextBox(
            left=float(box[:, 0].min()),
            right=float(box[:, 0].max()),
            top=float(box[:, 1].min()),
            bottom=float(box[:, 1].max()),
            text=text,
        )
        for text, box in zip(texts, corners, strict=True)
    ]
