"""What counts of many requests say about a bar: the same rules as for single observations, from sums alone.

Called by whoever watches a feature in production, where requests are counted and not kept in memory. The interval is
one look's: who looks again and again sees it leave the truth more often than its confidence says.
"""

from collections.abc import Callable

import msgspec

from plimsoll.line.bars import Bar, BarKind
from plimsoll.line.evidence import Evidence
from plimsoll.line.measures import FEWEST_FOR_MEAN, TAIL
from plimsoll.records import Interval
from plimsoll.stats import EffectiveCount, binomial_tails, mean_of_sums, tails_of_sums, wilson

_MOST_MISSING = 0.05
_FEWEST_SUMS = 5


class CountedScores(msgspec.Struct, frozen=True, kw_only=True):
    """What the scores of one scorer come to."""

    n: int
    """Requests that were judged."""
    rate: float
    """Share of them that passes, each weighted by the requests that it stands for."""
    missing: int = 0
    """Judgements that could not tell."""


class CountedCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests of one stretch of time cost."""

    n: int
    """Requests whose price is known."""
    usd: float
    """What they cost together."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of the valid requests of a while."""

    valid: int
    """Requests of the declared shape."""
    lost: int
    """Those of them that infrastructure failed: they count for nothing, and are missing."""
    answered: int
    """Requests that were answered."""
    failed: int
    """Requests that failed otherwise than by infrastructure."""
    scores: dict[str, CountedScores] = {}
    """Scores, by scorer."""
    p95_seconds: Interval | None = None
    """Where the 95th percentile of their duration lies; None where nothing was timed."""
    timed: int = 0
    """Requests that were timed."""
    in_time: int | None = None
    """Those of them that took no longer than the line's bar on latency; None where none was asked for."""
    costs: tuple[CountedCost, ...] = ()
    """What they cost, stretch by stretch: requests of one stretch resemble each other."""
    unpriced: int = 0
    """Requests whose price is not known."""


def evidence_of_counts(bar: Bar, counts: Counts, *, confidence: float = 0.95) -> Evidence:
    """Return what the counts say about the bar.

    Shares: Wilson, and exact binomial p-values. Latency: the interval that came with the counts, and the share in time.
    Cost: Student's t over stretches of time, from 30 requests and 5 stretches. A bar that asks for a judge's corrected
    rate is not read: its labels belong to evaluations.
    """
    return _READERS[bar.kind](bar, counts, confidence)


def _share(bar: Bar, hits: float, n: int, *, missing: int, confidence: float) -> Evidence:
    """Up to 5 % of missing values are left out; of more, the worst and the best they could have been are taken."""
    if n < 1:
        return _nothing(missing, confidence)
    gap = missing if missing > _MOST_MISSING * (n + missing) else 0
    low, high = EffectiveCount(successes=hits, n=n + gap), EffectiveCount(successes=hits + gap, n=n + gap)
    worst, best = (low, high) if bar.is_at_least else (high, low)
    return Evidence(
        interval=Interval(
            estimate=hits / n,
            low=wilson(low.successes, low.n, confidence=confidence).low,
            high=wilson(high.successes, high.n, confidence=confidence).high,
            confidence=confidence,
            n=n,
        ),
        n=n,
        missing=missing,
        confidence=confidence,
        p_holds=_p_holds(bar, worst),
        p_falls_short=_tail(bar.target, best, is_upper=not bar.is_at_least),
        note=f"{missing} of {n + missing} missing" if missing else "",
    )


def _p_holds(bar: Bar, worst: EffectiveCount) -> float:
    if bar.target == float(not bar.is_at_least):
        return 0.0  # no share is below 0 or above 1: such a bar demands nothing
    return _tail(bar.target, worst, is_upper=bar.is_at_least)


def _tail(target: float, count: EffectiveCount, *, is_upper: bool) -> float:
    tails = binomial_tails(count, target)
    return tails.at_least if is_upper else tails.at_most


def _read_answered(bar: Bar, counts: Counts, confidence: float) -> Evidence:
    return _share(bar, counts.answered, counts.valid - counts.lost, missing=counts.lost, confidence=confidence)


def _read_errors(bar: Bar, counts: Counts, confidence: float) -> Evidence:
    return _share(bar, counts.failed, counts.valid - counts.lost, missing=counts.lost, confidence=confidence)


def _read_scores(bar: Bar, counts: Counts, confidence: float) -> Evidence:
    found = counts.scores.get(bar.scorer.name) if bar.scorer else None
    if found is None or not found.n:
        return _nothing(found.missing if found else 0, confidence)
    if bar.is_calibrated:
        note = "the corrected rate is read in evaluations, beside the labels that it rests on"
        return Evidence(interval=None, n=found.n, missing=found.missing, confidence=confidence, note=note)
    return _share(bar, found.rate * found.n, found.n, missing=found.missing, confidence=confidence)


def _read_latency(_: Bar, counts: Counts, confidence: float) -> Evidence:
    if counts.p95_seconds is None or counts.in_time is None or not counts.timed:
        return _nothing(0, confidence)
    tails = binomial_tails(EffectiveCount(successes=counts.in_time, n=counts.timed), TAIL)
    return Evidence(
        interval=counts.p95_seconds,
        n=counts.timed,
        missing=0,
        confidence=confidence,
        p_holds=tails.at_least,
        p_falls_short=tails.at_most,
    )


def _read_cost(bar: Bar, counts: Counts, confidence: float) -> Evidence:
    some = [one for one in counts.costs if one.n]
    n = sum(one.n for one in some)
    if not n:
        return _nothing(counts.unpriced, confidence)
    totals, sizes = [one.usd for one in some], [float(one.n) for one in some]
    interval = mean_of_sums(totals, sizes, confidence=confidence)
    tails = tails_of_sums(totals, sizes, bar.target)
    is_enough = n >= FEWEST_FOR_MEAN and len(some) >= _FEWEST_SUMS
    is_gappy = counts.unpriced > _MOST_MISSING * (n + counts.unpriced)
    return Evidence(
        interval=msgspec.structs.replace(
            interval, low=max(0.0, interval.low), high=float("inf") if is_gappy else interval.high
        ),
        n=n,
        missing=counts.unpriced,
        confidence=confidence,
        p_holds=tails.at_most if is_enough and not is_gappy else 1.0,
        p_falls_short=tails.at_least if is_enough else 1.0,
        note=f"{counts.unpriced} without a price" if counts.unpriced else "",
    )


def _nothing(missing: int, confidence: float) -> Evidence:
    return Evidence(interval=None, n=0, missing=missing, confidence=confidence)


_READERS: dict[BarKind, Callable[[Bar, Counts, float], Evidence]] = {
    BarKind.PASS_RATE: _read_scores,
    BarKind.ANSWERED: _read_answered,
    BarKind.LATENCY: _read_latency,
    BarKind.ERROR_RATE: _read_errors,
    BarKind.MEAN_COST: _read_cost,
}
