"""Recognised boxes of text as lines in reading order, paragraphs apart. Pure; `rapid` calls it.

Boxes whose middles lie on one height are one line. Columns are not told apart: a line runs across the page.
"""

from collections.abc import Iterable, Sequence

import msgspec

_PARAGRAPH_GAP = 0.8
_SAME_LINE = 0.5


class TextBox(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of text and where it stands, in pixels from the upper left."""

    left: float
    """Its left edge."""
    right: float
    """Its right edge."""
    top: float
    """Its upper edge."""
    bottom: float
    """Its lower edge."""
    text: str
    """What it says."""


def text_of(boxes: Sequence[TextBox]) -> str:
    """Return the boxes as text: a line break between lines, a blank line where the gap is most of a line's height."""
    text, last = "", None
    for line in _lines(sorted(boxes, key=lambda box: (box.top + box.bottom, box.left))):
        words = " ".join(box.text.strip() for box in sorted(line, key=lambda box: box.left))
        top, bottom = min(box.top for box in line), max(box.bottom for box in line)
        if last is not None:
            text += "\n\n" if top - last > _PARAGRAPH_GAP * (bottom - top) else "\n"
        text, last = text + words, bottom
    return text.strip()


def _lines(boxes: Iterable[TextBox]) -> list[list[TextBox]]:
    lines: list[list[TextBox]] = []
    for box in boxes:
        if lines and _is_beside(lines[-1][-1], box):
            lines[-1].append(box)
        else:
            lines.append([box])
    return lines


def _is_beside(one: TextBox, other: TextBox) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > _SAME_LINE * min(one.bottom - one.top, other.bottom - other.top)
