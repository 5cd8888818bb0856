"""Figures over time as lines: strokes with gaps where nothing was seen, a band, and the line that they are held to.

Geometry that `shapes.html` draws as SVG; axes, numbers and the table beside it are text. Pure.
"""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from plimsoll.pages.chart import Scale, scale_for

_WIDTH, _HEIGHT = 1000.0, 100.0
_STEPS = (1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_DAY_SECONDS = 86_400
_TENTH = 0.1
_HALF = 50.0
_ROOM, _ROOM_OF_EMPTY = 14.0, 32.0
_SMALLEST = 1e-12


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One stroke of a chart."""

    name: str
    """What it shows, e.g. `p95`."""
    values: tuple[float | None, ...]
    """A value for each moment; None where nothing was seen, which is never zero."""
    low: tuple[float | None, ...] = ()
    """The lower end of each value's interval; empty without intervals."""
    high: tuple[float | None, ...] = ()
    """The upper end."""


class TimeLine(msgspec.Struct, frozen=True, kw_only=True):
    """The line that a chart's figures are held to."""

    value: float
    """Where it lies."""
    is_at_least: bool
    """Whether the good side is above it."""
    words: str
    """How it is said, e.g. `≤ 2 s`."""


class Stroke(msgspec.Struct, frozen=True, kw_only=True):
    """A series as a path, on a field of 1,000 by 100."""

    name: str
    """What it shows."""
    path: str
    """Its strokes, broken at gaps."""
    dots: str
    """Moments without a neighbour, each a stroke of no length that is drawn thick, so that it can be seen."""
    band: str
    """The area between its ends; empty without intervals."""


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of the table beside a chart."""

    at: datetime
    """When it began."""
    cells: tuple[str, ...]
    """What each series says, written for people."""


class TimeChart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart over time."""

    title: str
    """What it is about, with its unit."""
    strokes: tuple[Stroke, ...]
    """Its series, the most important first."""
    ticks: tuple[str, ...]
    """What the axis says at the top, in the middle and at the foot."""
    moments: tuple[str, ...]
    """What the axis of time says on the left, in the middle and on the right, in UTC."""
    line: TimeLine | None
    """The line; None where none is drawn."""
    line_at: float
    """How far below the top it lies, 0 to 100; 0 without one."""
    good_from: float
    """Where its good side begins, below the top."""
    good_to: float
    """Where that ends; as `good_from` without a line."""
    rows: tuple[TableRow, ...]
    """The same as a table: the moments of which anything is known, the newest first."""
    latest: str
    """What the first series said last; empty where it never said anything."""
    note: str
    """What has to be said of it beside that, or why there is nothing to draw; empty for nothing."""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not self.rows

    @property
    def shown_ticks(self) -> tuple[tuple[str, float], ...]:
        """Return what the axis says and how far below the top, without what the line's own words would cover."""
        room = _ROOM_OF_EMPTY if self.is_empty else _ROOM
        return tuple(
            (words, at)
            for words, at in zip(self.ticks, (0.0, 50.0, 100.0), strict=True)
            if words and not (self.line and abs(at - self.line_at) < room) and not (self.is_empty and at == _HALF)
        )


def draw_over_time(
    title: str,
    series: Sequence[Series],
    *,
    moments: Sequence[datetime],
    until: datetime,
    show: Callable[[float], str],
    line: TimeLine | None = None,
    is_share: bool = False,
    note: str = "",
) -> TimeChart:
    """Return the chart of series over evenly spaced moments that end at `until`; `show` writes a value for people.

    The axis begins at zero and always shows the line; that of shares ends at one at most, and begins a tenth
    below what it shows where they are to be large. Intervals are cut at its ends, so that few requests flatten nothing.
    """
    seen = [one for each in series for one in each.values if one is not None]
    held = [*seen, *([line.value] if line else [])]
    scale = _scale_of_shares(held, line) if is_share else Scale(low=0.0, high=_round_up(max([*held, 0.0])))
    line_at = 100 - scale.place(line.value) if line else 0.0
    rows = _rows(series, moments, show)
    return TimeChart(
        title=title,
        strokes=tuple(_stroke(one, scale) for one in series),
        ticks=tuple(show(end) for end in (scale.high, (scale.low + scale.high) / 2, scale.low)),
        moments=_label(moments[0], until),
        line=line,
        line_at=round(line_at, 2),
        good_from=0.0 if not line or line.is_at_least else round(line_at, 2),
        good_to=0.0 if not line else round(line_at, 2) if line.is_at_least else 100.0,
        rows=rows,
        latest=next((row.cells[0] for row in rows if row.cells[0]), ""),
        note=note,
    )


def _scale_of_shares(values: Sequence[float], line: TimeLine | None) -> Scale:
    if line is None or line.is_at_least:
        return Scale(low=max(0.0, round(scale_for([*values, 1.0], is_share=True).low - _TENTH, 1)), high=1.0)
    return Scale(low=0.0, high=min(1.0, _round_up(max(values))))


def _round_up(most: float) -> float:
    """Return the least round number above the value, of which the half is round as well."""
    if most < _SMALLEST or not math.isfinite(most):
        return 1.0
    size = 10.0 ** math.floor(math.log10(most))
    return next(step * size for step in _STEPS if step * size >= most * 1.02 or step == _STEPS[-1])


def _stroke(series: Series, scale: Scale) -> Stroke:
    places = [None if value is None else _place(at, len(series.values), value=value, scale=scale)
              for at, value in enumerate(series.values)]  # fmt: skip
    runs = _runs(places)
    path = "".join(f"M{'L'.join(run)}" for run in runs if len(run) > 1)
    dots = "".join(f"M{run[0]}h0.01" for run in runs if len(run) == 1)
    return Stroke(name=series.name, path=path, dots=dots, band=_band(series, scale))


def _band(series: Series, scale: Scale) -> str:
    """Return the area between the ends, an area for each run without a gap."""
    if not series.low:
        return ""
    count = len(series.values)
    both = [
        None if low is None or high is None
        else f"{_place(at, count, value=low, scale=scale)} {_place(at, count, value=high, scale=scale)}"
        for at, (low, high) in enumerate(zip(series.low, series.high, strict=True))
    ]  # fmt: skip
    areas: list[str] = []
    for run in _runs(both):
        ends = [each.split(" ") for each in run]
        edge = [f"{x} {y}" for x, y, *_ in ends] + [f"{x} {y}" for *_, x, y in reversed(ends)]
        areas.append(f"M{'L'.join(edge)}Z")
    return "".join(areas)


def _place(at: int, count: int, *, value: float, scale: Scale) -> str:
    return f"{_WIDTH * (at + 0.5) / count:.1f} {_HEIGHT - scale.place(value):.2f}"


def _runs(places: Sequence[str | None]) -> list[list[str]]:
    """Return the places between gaps."""
    runs: list[list[str]] = [[]]
    for place in places:
        if place is not None:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _label(since: datetime, until: datetime) -> tuple[str, ...]:
    form = "%H:%M" if (until - since).total_seconds() < _DAY_SECONDS else "%b %d %H:%M"
    return tuple(each.astimezone(UTC).strftime(form) for each in (since, since + (until - since) / 2, until))


def _rows(series: Sequence[Series], moments: Sequence[datetime], show: Callable[[float], str]) -> tuple[TableRow, ...]:
    known = [
        TableRow(at=at, cells=tuple("" if value is None else show(value) for value in values))
        for at, *values in zip(moments, *(one.values for one in series), strict=True)
        if any(value is not None for value in values)
    ]
    return tuple(reversed(known))
