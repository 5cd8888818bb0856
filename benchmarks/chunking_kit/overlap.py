"""Token-level recall, precision and IoU of retrieved spans against the spans of evidence."""

import bisect
from collections.abc import Sequence

import msgspec
from chunking_kit.questions import Span


class Overlap(msgspec.Struct, frozen=True):
    """How well retrieved spans meet the evidence, in tokens of the embedding model."""

    recall: float
    """Share of the evidence that was retrieved."""
    precision: float
    """Share of what was retrieved that is evidence; what is retrieved twice counts twice."""
    iou: float
    """Evidence retrieved over evidence and retrieved together; what is retrieved twice counts twice."""


class TokenMap:
    """Where the tokens of one text begin."""

    def __init__(self, offsets: Sequence[Span]) -> None:
        self._starts = [start for start, _ in offsets]

    def tokens(self, span: Span) -> range:
        """Return the numbers of the tokens that begin within the span."""
        return range(bisect.bisect_left(self._starts, span[0]), bisect.bisect_left(self._starts, span[1]))

    def head(self, span: Span, tokens: int) -> Span:
        """Return the span's first tokens."""
        inside = self.tokens(span)
        return span if len(inside) <= tokens else (span[0], self._starts[inside.start + tokens])

    def overlap(self, gold: Sequence[Span], found: Sequence[Span], *, elsewhere: int = 0) -> Overlap:
        """Compare; `elsewhere` counts tokens that were retrieved from other texts."""
        wanted = {token for span in gold for token in self.tokens(span)}
        ranges = [self.tokens(span) for span in found]
        retrieved = sum(len(one) for one in ranges) + elsewhere
        met = len(wanted.intersection(*[{token for one in ranges for token in one}]))
        return Overlap(met / max(1, len(wanted)), met / max(1, retrieved), met / max(1, len(wanted) + retrieved - met))
