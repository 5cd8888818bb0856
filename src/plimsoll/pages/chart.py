"""Where an interval, its estimate and a line stand on an axis: geometry that the templates draw as SVG. Pure."""

import math
from collections.abc import Iterable

import msgspec

from plimsoll.records import Interval

_ROOM = 0.15
_TENTH = 0.1


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """What an axis reaches from and to."""

    low: float
    """Its left end."""
    high: float
    """Its right end."""

    def place(self, value: float) -> float:
        """Return where the value stands, from 0 (left) to 100 (right); what lies beyond an end stays there."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(100 * share, 2)


class IntervalChart(msgspec.Struct, frozen=True, kw_only=True):
    """An interval on an axis of 0 to 100."""

    low: float
    """The interval's left end."""
    high: float
    """The interval's right end."""
    dot: float
    """The estimate."""
    line: float | None
    """The line that it is held against; None without one."""
    good_from: float
    """Where the good side of the line begins."""
    good_to: float
    """Where it ends; as `good_from` without a line."""
    is_open: bool
    """Whether an end lies beyond what the cases can show."""


class ChartPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One of several intervals over time: a column of a chart."""

    at: float
    """Where it stands from left (0) to right (100)."""
    low: float
    """Its lower end, 0 at the foot and 100 at the top."""
    high: float
    """Its upper end."""
    dot: float
    """The estimate."""


def scale_for(values: Iterable[float], *, is_share: bool) -> Scale:
    """Return an axis that shows all finite values: of shares in whole tenths within 0 and 1, else with some room."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    least, most = min(finite), max(finite)
    if is_share:
        low = min(max(0.0, math.floor(least / _TENTH + 1e-9) * _TENTH), 1 - _TENTH)
        return Scale(low=low, high=min(1.0, max(math.ceil(most / _TENTH - 1e-9) * _TENTH, low + _TENTH)))
    room = (most - least) * _ROOM or abs(most) * _ROOM or 1.0
    return Scale(low=min(least, max(0.0, least - room)) if least >= 0 else least - room, high=most + room)


def draw_interval(
    reach: Interval, *, scale: Scale, line: float | None = None, is_at_least: bool = True
) -> IntervalChart:
    """Return the geometry of an interval; `is_at_least` says on which side of the line the good values lie."""
    place = None if line is None else scale.place(line)
    good = (0.0, 0.0) if place is None else (place, 100.0) if is_at_least else (0.0, place)
    return IntervalChart(
        low=scale.place(reach.low),
        high=scale.place(reach.high),
        dot=scale.place(reach.estimate),
        line=place,
        good_from=good[0],
        good_to=good[1],
        is_open=not (math.isfinite(reach.low) and math.isfinite(reach.high)),
    )
