"""The steps of a trace as rows on one time axis. Pure; the page draws each row's bar as SVG."""

from collections.abc import Sequence

import msgspec

from plimsoll.records import Span

AXIS = 1000
"""Length of the time axis, in units of the drawing."""
MOST_ROWS = 400
"""Rows of a page; the JSON twin has all steps."""
_DEEPEST = 6
_THINNEST = 3.0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    span: Span
    """The step."""
    depth: int
    """How many steps contain it, six at most."""
    left: float
    """Where its bar begins on the axis."""
    width: float
    """How long its bar is, never invisible."""
    input_tokens: int | None
    """Tokens read; None where none are counted."""
    output_tokens: int | None
    """Tokens written."""
    cost_usd: float | None
    """What it cost; None where nothing is said."""


def lay_out(spans: Sequence[Span]) -> list[Step]:
    """Return the steps in the order of a tree, depth first, siblings by beginning; 400 at most.

    A step whose parent is not there stands at the top: a trace may be read while it is being written.
    """
    if not spans:
        return []
    first, last = min(span.start_ns for span in spans), max(span.end_ns for span in spans)
    scale = AXIS / max(1, last - first)
    rows: list[Step] = []
    waiting = [(span, 0) for span in reversed(_children(spans).get(None, []))]
    children = _children(spans)
    while waiting and len(rows) < MOST_ROWS:
        span, depth = waiting.pop()
        rows.append(
            _row(span, depth, left=(span.start_ns - first) * scale, width=(span.end_ns - span.start_ns) * scale)
        )
        waiting += [(child, depth + 1) for child in reversed(children.get(span.span_id, []))]
    return rows


def _children(spans: Sequence[Span]) -> dict[str | None, list[Span]]:
    """Return the steps within each step; under None those at the top."""
    known = {span.span_id for span in spans}
    children: dict[str | None, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span.start_ns):
        parent = span.parent_id if span.parent_id in known and span.parent_id != span.span_id else None
        children.setdefault(parent, []).append(span)
    return children


def _row(span: Span, depth: int, *, left: float, width: float) -> Step:
    wide = min(AXIS, max(_THINNEST, width))
    return Step(
        span=span,
        depth=min(depth, _DEEPEST),
        left=round(min(left, AXIS - wide), 1),
        width=round(wide, 1),
        input_tokens=_whole(span, "gen_ai.usage.input_tokens"),
        output_tokens=_whole(span, "gen_ai.usage.output_tokens"),
        cost_usd=_number(span, "plimsoll.cost_usd"),
    )


def _whole(span: Span, name: str) -> int | None:
    value = span.attributes.get(name)
    return int(value) if isinstance(value, int | float) else None


def _number(span: Span, name: str) -> float | None:
    value = span.attributes.get(name)
    return float(value) if isinstance(value, int | float) else None
