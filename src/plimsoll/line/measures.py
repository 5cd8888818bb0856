"""The three ways to measure a bar: a share, the 95th percentile of a time, a mean.

Called by `evidence` once there is a reading. Few gaps are left out; of many, the worst and the best that they could
have been are both taken, each for the end of the interval that it moves.
"""

import math

import msgspec

from plimsoll.line.bars import Bar
from plimsoll.line.readings import Filled, Reading
from plimsoll.records import Interval
from plimsoll.stats import (
    EffectiveCount,
    binomial_tails,
    cases_for_difference,
    cases_for_proportion,
    cases_for_quantile,
    clustered_mean,
    effective_count,
    mean_tails,
    mean_variance,
    quantile_interval,
    smallest_effect,
    wilson,
)

TAIL = 0.95
"""The share of requests that a latency bar is about."""
FEWEST_FOR_MEAN = 30
"""Cases below which Student's t is not trusted with costs, which are skewed."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """What the known values of a reading say about a bar."""

    interval: Interval
    """Where the quantity lies, in the bar's unit."""
    p_holds: float
    """Chance of values this good, were the truth at the bar."""
    p_falls_short: float
    """Chance of values this bad, were the truth at the bar."""
    smallest_effect: float | None = None
    """Smallest distance from the bar that so many cases show in four runs of five."""
    cases_needed: float | None = None
    """Known values that would decide in four runs of five, were the estimate the truth; None when no number would."""


def measure_share(bar: Bar, reading: Reading, confidence: float) -> Measure:
    """Measure a share: Wilson at the effective sample size, exact binomial p-values."""
    fewest = _count(bar, reading.filled(0.0), confidence=confidence)
    most = _count(bar, reading.filled(1.0), confidence=confidence)
    estimate = sum(reading.known) / reading.n
    worst, best = (fewest, most) if bar.is_at_least else (most, fewest)
    variance = max(bar.target * (1 - bar.target), estimate * (1 - estimate))
    return Measure(
        interval=Interval(
            estimate=estimate,
            low=wilson(fewest.successes, fewest.n, confidence=confidence).low,
            high=wilson(most.successes, most.n, confidence=confidence).high,
            confidence=confidence,
            n=reading.n,
        ),
        p_holds=_p_holds(bar, worst),
        p_falls_short=_p_falls_short(bar, best),
        smallest_effect=smallest_effect(variance, worst.n, confidence=confidence) if variance else None,
        cases_needed=_times(_cases_for_share(estimate, bar.target, confidence), reading.n / worst.n),
    )


def measure_p95(bar: Bar, reading: Reading, confidence: float) -> Measure:
    """Measure the 95th percentile: order statistics, exact binomial p-values of staying within the target."""
    slow, fast = reading.filled(math.inf), reading.filled(0.0)
    worst = _count(bar, slow, confidence=confidence)
    needed = _cases_for_share(worst.successes / worst.n, TAIL, confidence)
    fewest = cases_for_quantile(TAIL, confidence=confidence)
    return Measure(
        interval=Interval(
            estimate=quantile_interval(reading.known, TAIL, confidence=confidence).estimate,
            low=max(0.0, quantile_interval(fast.values, TAIL, confidence=confidence).low),
            high=quantile_interval(slow.values, TAIL, confidence=confidence).high,
            confidence=confidence,
            n=reading.n,
        ),
        p_holds=binomial_tails(worst, TAIL).at_least,
        p_falls_short=binomial_tails(_count(bar, fast, confidence=confidence), TAIL).at_most,
        cases_needed=_times(None if needed is None else max(needed, fewest), reading.n / worst.n),
    )


def measure_mean(bar: Bar, reading: Reading, confidence: float) -> Measure:
    """Measure a mean of values from zero up: Student's t with clustered errors, undecided below 30 values."""
    least = reading.filled(0.0)
    interval = clustered_mean(least.values, least.clusters, confidence=confidence)
    tails = mean_tails(least.values, least.clusters, bar.target)
    variance = mean_variance(least.values, least.clusters)
    estimate = sum(reading.known) / reading.n
    is_enough = reading.n >= FEWEST_FOR_MEAN
    return Measure(
        interval=Interval(
            estimate=estimate,
            low=max(0.0, interval.low),
            high=math.inf if reading.is_gappy else interval.high,
            confidence=confidence,
            n=reading.n,
        ),
        p_holds=tails.at_most if is_enough and not reading.is_gappy else 1.0,
        p_falls_short=tails.at_least if is_enough else 1.0,
        smallest_effect=_or_none(smallest_effect(variance, reading.n, confidence=confidence)),
        cases_needed=_cases_for_mean(variance, estimate - bar.target, confidence),
    )


def fewest_that_hold(bar: Bar, confidence: float) -> int | None:
    """Return the cases from which a bar could hold at all, were every one of them good; None when no number could."""
    if bar.unit == "s":
        return cases_for_quantile(TAIL, confidence=confidence)
    if not bar.is_share:
        return FEWEST_FOR_MEAN
    return _cases_for_share(float(bar.is_at_least), bar.target, confidence)


def _count(bar: Bar, filled: Filled, *, confidence: float) -> EffectiveCount:
    """Return the successes: for a share the values that are 1, for a time those within the target."""
    flags = [value > 0 for value in filled.values] if bar.is_share else [value <= bar.target for value in filled.values]
    return effective_count(flags, filled.clusters, confidence=confidence)


def _p_holds(bar: Bar, worst: EffectiveCount) -> float:
    if bar.target == float(not bar.is_at_least):
        return 0.0  # no share is below 0 or above 1: such a bar demands nothing
    tails = binomial_tails(worst, bar.target)
    return tails.at_least if bar.is_at_least else tails.at_most


def _p_falls_short(bar: Bar, best: EffectiveCount) -> float:
    tails = binomial_tails(best, bar.target)
    return tails.at_most if bar.is_at_least else tails.at_least


def _cases_for_share(expected: float, target: float, confidence: float) -> int | None:
    return None if expected == target else cases_for_proportion(expected, target, confidence=confidence)


def _cases_for_mean(variance: float, distance: float, confidence: float) -> float | None:
    if distance == 0 or not math.isfinite(variance):
        return None
    return max(FEWEST_FOR_MEAN, cases_for_difference(variance, distance, confidence=confidence))


def _times(cases: float | None, design_effect: float) -> float | None:
    return None if cases is None else cases * design_effect


def _or_none(effect: float) -> float | None:
    """Return the effect, unless values that do not vary or one cluster alone say nothing about it."""
    return effect if effect > 0 and math.isfinite(effect) else None
