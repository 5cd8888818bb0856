"""A feature's live requests held against its line: figures in, what each bar says out. Pure.

Called by the project's overview and by the report of one feature.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plimsoll.line import (
    Bar,
    BarDecision,
    BarKind,
    CountedCost,
    CountedScores,
    Counts,
    Line,
    decide_line,
    evidence_of_counts,
)
from plimsoll.records import ErrorClass, Interval, Outcome, Verdict
from plimsoll.traces import FigurePoint

_MS = 1_000.0
_ONLINE = (
    " Scores of live answers come from `online=Sampling(…)` in the feature; those that need a label, from evaluations."
)


class LiveBar(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests of a while say about one bar."""

    name: str
    """The bar's name, e.g. `pass_rate(grounded)`."""
    kind: str
    """What it measures: `pass_rate`, `answered`, `latency_p95`, `error_rate` or `mean_cost`."""
    scorer: str
    """Whose scores it reads; empty where it reads none."""
    demand: str
    """The bar in words, e.g. `latency_p95 ≤ 2 s`."""
    target: float
    """Where the bar lies, in its unit."""
    unit: str
    """`share`, `s` or `USD`."""
    is_at_least: bool
    """Whether more is better."""
    estimate: float | None
    """What was measured, in the bar's unit; None without data."""
    low: float | None
    """The lower end of its interval; None where there is none."""
    high: float | None
    """The upper end; None where there is none."""
    n: int
    """Requests behind it."""
    verdict: Verdict
    """What is said about it."""
    reason: str
    """Why, in one sentence."""


class LiveStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests of a while say about a line. One look at a moving window: no test that may be repeated."""

    verdict: Verdict
    """Whether the line is held."""
    reason: str
    """Why, in one sentence."""
    bars: tuple[LiveBar, ...]
    """Each bar, in the line's order."""


def hold_live(line: Line, total: FigurePoint, points: Sequence[FigurePoint]) -> LiveStanding:
    """Return what the requests of a while say about the line; the points are its stretches of time."""
    counts = count_requests(total, points, confidence=line.confidence)
    found = decide_line(line, [evidence_of_counts(bar, counts, confidence=line.confidence) for bar in line.bars])
    return LiveStanding(
        verdict=found.verdict,
        reason=found.reason if total.count else "No requests in this time.",
        bars=tuple(_live_bar(one) for one in found.decisions),
    )


def latency_target_ms(line: Line | None) -> float | None:
    """Return the line's bar on latency in milliseconds; None where it has none."""
    bars = line.bars if line else ()
    return next((bar.target * _MS for bar in bars if bar.kind is BarKind.LATENCY), None)


def count_requests(total: FigurePoint, points: Sequence[FigurePoint], *, confidence: float) -> Counts:
    """Return what the bars read of the figures. Requests of another shape than the declared one count for nothing."""
    valid = total.count - total.by_error_class.get(ErrorClass.VALIDATION, 0)
    lost = total.by_error_class.get(ErrorClass.INFRASTRUCTURE, 0)
    return Counts(
        valid=max(0, valid),
        lost=min(lost, max(0, valid)),
        answered=total.by_outcome.get(Outcome.ANSWERED, 0),
        failed=max(0, total.errors - lost),
        scores={
            name: CountedScores(n=one.n, rate=one.rate, missing=one.missing)
            for name, one in total.quality.items()
            if one.rate is not None
        },
        p95_seconds=_p95(total, confidence),
        timed=total.count,
        in_time=total.in_time,
        costs=tuple(
            CountedCost(n=point.count - point.unpriced, usd=point.cost_usd)
            for point in points
            if point.cost_usd is not None
        ),
        unpriced=total.unpriced,
    )


def _p95(total: FigurePoint, confidence: float) -> Interval | None:
    if total.p95_ms is None:
        return None
    high = total.p95_high_ms
    return Interval(
        estimate=total.p95_ms / _MS,
        low=(total.p95_low_ms or 0.0) / _MS,
        high=float("inf") if high is None else high / _MS,
        confidence=confidence,
        n=total.count,
    )


def _live_bar(one: BarDecision) -> LiveBar:
    bar, interval = one.bar, one.evidence.interval
    return LiveBar(
        name=bar.name,
        kind=bar.kind.value,
        scorer=bar.scorer.name if bar.scorer else "",
        demand=bar.describe(),
        target=bar.target,
        unit=bar.unit,
        is_at_least=bar.is_at_least,
        estimate=interval.estimate if interval else None,
        low=_end(interval.low if interval else None),
        high=_end(interval.high if interval else None),
        n=one.evidence.n,
        verdict=one.decision.verdict,
        reason=_in_requests(bar, one),
    )


def _in_requests(bar: Bar, one: BarDecision) -> str:
    """Return the reason with requests for cases: nobody labelled these."""
    if one.evidence.interval is None and not one.evidence.n:
        return f"Nothing seen of {bar.describe()}.{_ONLINE if bar.kind is BarKind.PASS_RATE else ''}"
    return one.decision.reason.replace(" cases", " requests")


def _end(value: float | None) -> float | None:
    return None if value is None or value in {float("inf"), float("-inf")} else value


def nothing_at(at: datetime) -> FigurePoint:
    """Return the figures of a while in which nothing was seen."""
    return FigurePoint(
        at=at,
        count=0,
        errors=0,
        by_outcome={},
        by_error_class={},
        p50_ms=None,
        p95_ms=None,
        p99_ms=None,
        cost_usd=None,
        unpriced=0,
        input_tokens=0,
        output_tokens=0,
        cached_tokens=0,
        quality={},
    )
