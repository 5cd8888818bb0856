"""Folds the spans of a trace all at once, which is what any way of storing them piece by piece must come to."""

from collections.abc import Sequence

from plimsoll.traces.fold import LightSpan, TraceRow, fold_ordered, order_spans


def fold_spans(spans: Sequence[LightSpan]) -> TraceRow:
    """Return the row of the trace of which these are all spans known; of spans with one id the first begun counts."""
    return fold_ordered(order_spans(spans))
