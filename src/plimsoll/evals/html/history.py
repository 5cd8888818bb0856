"""A feature's figures over its runs, as charts: one a bar, with each run's interval and the line. Pure."""

from collections.abc import Sequence

import msgspec

from plimsoll.evals.history import Effect, HistoryEntry
from plimsoll.evals.rows import short_name
from plimsoll.line import Bar, Evidence
from plimsoll.pages import ChartPoint, Scale, scale_for
from plimsoll.records import Interval, Verdict


class HistoryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One run in a chart."""

    run_id: str
    """The run."""
    place: ChartPoint
    """Where it stands."""
    verdict: Verdict
    """What is said about the bar."""
    words: str
    """Its figure with interval, in words."""


class HistoryChart(msgspec.Struct, frozen=True, kw_only=True):
    """One bar over the runs, the oldest on the left."""

    name: str
    """The bar's short name."""
    target: str
    """Where the line lies, in words."""
    line: float
    """Where it lies in the chart, 0 at the foot and 100 at the top."""
    good_from: float
    """Where its good side begins."""
    good_to: float
    """Where it ends."""
    low: str
    """What the chart's foot stands for."""
    high: str
    """What its top stands for."""
    points: tuple[HistoryPoint, ...]
    """The runs that have a figure."""


def view_history(entries: Sequence[HistoryEntry]) -> tuple[HistoryChart, ...]:
    """Return one chart a bar of the line as it is drawn now; entries are given newest first."""
    runs = list(reversed(entries))
    bars = runs[-1].bars if runs else ()
    return tuple(_chart(one.bar, runs) for one in bars)


def effects_beyond_chance(entry: HistoryEntry) -> tuple[Effect, ...]:
    """Return what differs from the run before by more than chance alone: the interval leaves out zero."""
    return tuple(one for one in entry.effects if one.delta and not one.delta.low <= 0 <= one.delta.high)


def _chart(bar: Bar, runs: Sequence[HistoryEntry]) -> HistoryChart:
    found = [(at, run, one) for at, run in enumerate(runs) for one in run.bars if one.bar.name == bar.name]
    reaches = [(at, run, one, one.evidence.interval) for at, run, one in found if one.evidence.interval]
    ends = [end for *_, reach in reaches for end in (reach.low, reach.high, reach.estimate)]
    scale = scale_for([bar.target, *ends], is_share=bar.is_share and bar.is_at_least)
    line = scale.place(bar.target)
    return HistoryChart(
        name=short_name(bar),
        target=f"{'≥' if bar.is_at_least else '≤'} {bar.show(bar.target)}",
        line=line,
        good_from=line if bar.is_at_least else 0.0,
        good_to=100.0 if bar.is_at_least else line,
        low=bar.show(scale.low),
        high=bar.show(scale.high),
        points=tuple(
            HistoryPoint(
                run_id=run.run_id,
                place=_point(at, len(runs), reach=reach, scale=scale),
                verdict=one.decision.verdict,
                words=_words(bar, one.evidence),
            )
            for at, run, one, reach in reaches
        ),
    )


def _point(at: int, count: int, *, reach: Interval, scale: Scale) -> ChartPoint:
    return ChartPoint(
        at=round(100 * (at + 0.5) / count, 2),
        low=scale.place(reach.low),
        high=scale.place(reach.high),
        dot=scale.place(reach.estimate),
    )


def _words(bar: Bar, evidence: Evidence) -> str:
    reach = evidence.interval
    if reach is None:
        return ""
    return f"{bar.show(reach.estimate)} [{bar.show(reach.low)}, {bar.show(reach.high)}] on {evidence.n} cases"
