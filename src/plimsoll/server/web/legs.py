"""A retrieval as the bench shows it: both legs side by side, highlights marked, and the time of each step. Pure."""

from collections.abc import Sequence

import msgspec

from plimsoll.knowledge import FoundBy, RetrievalResult, StepTime
from plimsoll.records import Highlight, Passage
from plimsoll.server.web.answer import Segment, shorten

_LEGS = {
    (True, True): "both",
    (True, False): "words only",
    (False, True): "vectors only",
    (False, False): "neither",
}
WIDTH = 100
"""Width of a full bar."""


class LegRow(msgspec.Struct, frozen=True, kw_only=True):
    """A passage with how its chunk fared."""

    number: int
    """Its number, counted from 1."""
    passage: Passage
    """The passage."""
    found_by: FoundBy
    """Places and scores of its own chunk."""
    legs: str
    """Which of the two brought it, in words."""
    words_width: float
    """Its BM25 over the best of the question, as a bar."""
    vector_width: float
    """Its cosine over the best of those shown, as a bar."""
    heading: str
    """The heading just above it; empty where that is the title."""
    lead: str
    """Its best sentence, or how it begins."""
    segments: tuple[Segment, ...]
    """Its text, with what speaks to the question marked."""


class TimeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step on the time axis; steps follow each other."""

    step: str
    """The step."""
    milliseconds: float
    """How long it took."""
    left: float
    """Where its bar begins."""
    width: float
    """How wide that is."""


def compare_legs(result: RetrievalResult) -> tuple[LegRow, ...]:
    """Return a row for each passage, in order."""
    best = max((result.found_by[one.chunk_id].chunk for one in result.passages), default=0.0)
    return tuple(
        _row(number, passage, found_by=result.found_by[passage.chunk_id], best=best)
        for number, passage in enumerate(result.passages, 1)
    )


def lay_out_times(times: Sequence[StepTime]) -> tuple[TimeRow, ...]:
    """Return the steps one after another on an axis as wide as all of them."""
    total = sum(one.milliseconds for one in times) or 1.0
    rows: list[TimeRow] = []
    left = 0.0
    for one in times:
        width = one.milliseconds / total * WIDTH
        rows.append(TimeRow(step=one.step, milliseconds=one.milliseconds, left=left, width=max(width, 0.4)))
        left += width
    return tuple(rows)


def mark_highlights(text: str, highlights: Sequence[Highlight]) -> tuple[Segment, ...]:
    """Return the text cut at its highlights."""
    segments: list[Segment] = []
    at = 0
    for one in sorted(highlights, key=lambda highlight: highlight.start):
        if one.start < at:
            continue
        segments += [Segment(text=text[at : one.start]), Segment(text=text[one.start : one.end], is_quoted=True)]
        at = one.end
    return tuple(one for one in [*segments, Segment(text=text[at:])] if one.text)


def _row(number: int, passage: Passage, *, found_by: FoundBy, best: float) -> LegRow:
    top = passage.highlights[0] if passage.highlights else None
    return LegRow(
        number=number,
        passage=passage,
        found_by=found_by,
        legs=_LEGS[found_by.words_rank is not None, found_by.vector_rank is not None],
        words_width=_width(found_by.words),
        vector_width=_width(found_by.chunk / best if best > 0 else 0.0),
        heading=_heading(passage),
        lead=shorten(passage.text[top.start : top.end] if top else passage.text),
        segments=mark_highlights(passage.text, passage.highlights),
    )


def _heading(passage: Passage) -> str:
    last = passage.heading.rpartition(" > ")[2]
    return "" if last == passage.title else last


def _width(share: float) -> float:
    return round(max(0.0, min(1.0, share)) * WIDTH, 1)
