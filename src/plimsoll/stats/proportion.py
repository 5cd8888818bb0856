"""What a count of successes says about the share behind it.

Called by `line` for every bar on a share. Observations that belong together (one document, one user) count for less
than their number; `effective_count` says for how much. Nothing here knows what a success means.
"""

import math
from collections.abc import Hashable, Sequence

import msgspec

from plimsoll.records import Interval
from plimsoll.stats.clusters import ClusterSums, sum_by_cluster
from plimsoll.stats.distributions import binomial_at_least, binomial_at_most, normal_quantile, student_quantile


class EffectiveCount(msgspec.Struct, frozen=True, kw_only=True):
    """Successes among independent trials that would say as much as the clustered ones do."""

    successes: float
    """Successes, scaled to `n`; a whole number where nothing is clustered."""
    n: float
    """Independent trials that say as much."""


class Tails(msgspec.Struct, frozen=True, kw_only=True):
    """Exact one-sided p-values of a count against a share."""

    at_least: float
    """Probability of so many successes or more, were the share behind them `share` (or lower)."""
    at_most: float
    """Probability of so many successes or fewer, were the share behind them `share` (or higher)."""


def check_confidence(confidence: float) -> float:
    """Return the confidence. Raises ValueError unless it lies strictly between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence!r} is not between 0 and 1, e.g. 0.95.")
    return confidence


def wilson(successes: float, n: float, *, confidence: float = 0.95) -> Interval:
    """Return the two-sided Wilson interval of a share (Wilson 1927; Brown, Cai, DasGupta 2001, section 3.1.1).

    One exception: where nothing failed in `n`, the upper bound on the share of failures is the exact one-sided 1 - (1
    - confidence)^(1/n) (Clopper-Pearson with all of the error on the only open side), which is the rule of three,
    just under 3/n at 0.95. Where nothing succeeded, the same holds the other way round. Raises ValueError when `n` is
    not positive or the successes are not within 0..n.
    """
    alpha = 1 - check_confidence(confidence)
    if not n > 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes!r} successes among {n!r}: need 0 <= successes <= n and n > 0.")
    whole = max(1, round(n))
    if successes == n:
        return Interval(estimate=1.0, low=alpha ** (1 / n), high=1.0, confidence=confidence, n=whole)
    if successes == 0:
        return Interval(estimate=0.0, low=0.0, high=1 - alpha ** (1 / n), confidence=confidence, n=whole)
    z = normal_quantile(1 - alpha / 2)
    centre = (successes + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(successes * (n - successes) / n + z * z / 4)
    return Interval(
        estimate=successes / n,
        low=max(0.0, centre - half),
        high=min(1.0, centre + half),
        confidence=confidence,
        n=whole,
    )


def effective_count(
    outcomes: Sequence[bool], clusters: Sequence[Hashable] | None, *, confidence: float = 0.95
) -> EffectiveCount:
    """Return how many independent trials the clustered outcomes are worth (Korn & Graubard 1998).

    The design effect is the clustered variance over the binomial one, never below 1; few clusters cost degrees of
    freedom. Where all outcomes agree it cannot be seen, and each cluster counts once. Raises ValueError when there
    are none.
    """
    sums = sum_by_cluster([float(outcome) for outcome in outcomes], clusters)
    n = len(outcomes)
    share = sums.mean
    if sums.count == n:
        return EffectiveCount(successes=float(sums.totals.sum()), n=float(n))
    if share in {0.0, 1.0} or sums.count == 1:
        return EffectiveCount(successes=share * sums.count, n=float(sums.count))
    worth = min(float(n), _worth(sums, share, n) * _cost_of_few_clusters(n, sums.count, confidence))
    return EffectiveCount(successes=share * worth, n=worth)


def clustered_proportion(
    outcomes: Sequence[bool], clusters: Sequence[Hashable] | None, *, confidence: float = 0.95
) -> Interval:
    """Return the Wilson interval of a share at its effective sample size; `n` stays the number of outcomes.

    Clusters of one give `wilson` exactly (Dean & Pagano 2015 compare such intervals). Raises ValueError when there
    are none.
    """
    count = effective_count(outcomes, clusters, confidence=confidence)
    interval = wilson(count.successes, count.n, confidence=confidence)
    return msgspec.structs.replace(interval, n=len(outcomes))


def binomial_tails(count: EffectiveCount, share: float) -> Tails:
    """Return the exact one-sided p-values of a count against a share in [0, 1]."""
    return Tails(
        at_least=binomial_at_least(count.successes, count.n, share),
        at_most=binomial_at_most(count.successes, count.n, share),
    )


def _worth(sums: ClusterSums, share: float, n: int) -> float:
    """Return the trials left after the design effect."""
    independent = share * (1 - share) / (n - 1)
    return n / max(1.0, sums.standard_error() ** 2 / independent)


def _cost_of_few_clusters(n: int, count: int, confidence: float) -> float:
    """Return the factor by which few clusters shrink the sample: (t of n-1 over t of G-1)²."""
    upper = 1 - (1 - confidence) / 2
    return (student_quantile(upper, n - 1) / student_quantile(upper, count - 1)) ** 2
