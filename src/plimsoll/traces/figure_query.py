"""Read figures from the store and lay them out as series. `Traces.figures` calls it."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from plimsoll.errors import InvalidRequest
from plimsoll.store import Store
from plimsoll.traces.figures import MOST_POINTS, FigureFilter, Figures, FigureSeries
from plimsoll.traces.rollup.amounts import Amount
from plimsoll.traces.rollup.histogram import merge
from plimsoll.traces.rollup.judgements import Judgement
from plimsoll.traces.rollup.points import Gathered, make_point, move_point
from plimsoll.traces.tables.figure_reading import FigureRows, find_stretches, read_rows

_MINUTE = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def read_series(store: Store, where: FigureFilter) -> Figures:
    """Return the figures that the filter asks for.

    Raises InvalidRequest for a step that is no whole number of minutes, an end before the beginning, a moment without
    a time zone, and more than 2,000 steps.
    """
    step = _step(where.step_seconds)
    start, end = _minute(where.since), _minute(where.until + timedelta(microseconds=59_999_999))
    starts = list(range(start // step * step, end, step))
    if not starts or len(starts) > MOST_POINTS:
        raise InvalidRequest(
            f"From {where.since.isoformat()} to {where.until.isoformat()} there are {len(starts)} steps of {step} s.",
            next_step=f"Ask for 1 to {MOST_POINTS:,}.",
        )
    stretches = list(find_stretches(start, end, step=step))
    rows = await store.read(partial(read_rows, where=where, stretches=stretches, step=step))
    gathered = await asyncio.to_thread(_gather, rows, step=step)
    return Figures(series=tuple(_series(key, steps, starts, where=where) for key, steps in sorted(gathered.items())))


_Steps = dict[int, Gathered]


def _gather(rows: FigureRows, *, step: int) -> dict[str, _Steps]:
    series: dict[str, _Steps] = {}
    timed: list[tuple[int, str, bytes]] = []
    for begun, key, outcome, error_class, latencies, *numbers in cast("list[tuple[Any, ...]]", rows.counted):
        # PostgreSQL sums whole numbers into decimals.
        amount = Amount(*map(int, numbers), latencies={})
        _at(series, key, begun).add(amount, outcome=outcome, error_class=error_class)
        timed.append((begun, key, bytes.fromhex(latencies) if isinstance(latencies, str) else bytes(latencies)))
    for start, key, name, *numbers in cast("list[tuple[Any, ...]]", rows.judged):
        _at(series, key, start // step * step).judge(name, Judgement(*numbers))
    _time(series, timed)
    return series


def _time(series: dict[str, _Steps], timed: list[tuple[int, str, bytes]]) -> None:
    """Add the latencies to the steps of the series."""
    places: dict[tuple[str, int], int] = {}
    of = [places.setdefault((key, begun), len(places)) for begun, key, _ in timed]
    merged = merge([stored for _, _, stored in timed], of, number=len(places))
    for (key, start), latencies in zip(places, merged, strict=True):
        _at(series, key, start).amount.latencies = latencies


def _at(series: dict[str, _Steps], key: str, start: int) -> Gathered:
    steps = series.setdefault(key, {})
    known = steps.get(start)
    if known is None:
        known = steps[start] = Gathered(Amount())
    return known


def _series(key: str, steps: _Steps, starts: list[int], *, where: FigureFilter) -> FigureSeries:
    total = Gathered(Amount())
    for each in steps.values():
        total.add_all(each)
    make = partial(make_point, within_ms=where.within_ms, ends=where.ends)
    empty = make(Gathered(Amount()), start=starts[0])
    points = (make(steps[start], start=start) if start in steps else move_point(empty, start) for start in starts)
    return FigureSeries(key=key, points=tuple(points), total=make(total, start=starts[0]))


def _step(seconds: float) -> int:
    step = int(seconds)
    if step != seconds or step < _MINUTE or step % _MINUTE:
        raise InvalidRequest(f"A step is a whole number of minutes, not {seconds:g} s.", next_step="Ask for 60 s.")
    return step


def _minute(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise InvalidRequest(f"{moment!r} has no time zone: give an aware datetime.")
    return (moment - _EPOCH) // timedelta(minutes=1) * _MINUTE
