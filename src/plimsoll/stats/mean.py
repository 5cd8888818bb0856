"""What a sample of values says about their mean.

Called by `line` for bars on a mean. Both intervals lean on the central limit theorem: below about 30 values of a skewed
quantity (cost is one) their coverage is less than they claim.
"""

import math
from collections.abc import Hashable, Sequence

import msgspec

from plimsoll.records import Interval
from plimsoll.stats.clusters import ClusterSums, as_vector, sum_by_cluster
from plimsoll.stats.distributions import Floats, student_below, student_quantile
from plimsoll.stats.proportion import Tails, check_confidence, clustered_proportion


def mean_interval(values: Sequence[float] | Floats, *, confidence: float = 0.95) -> Interval:
    """Return Student's t interval of a mean; one value alone gives an interval without ends.

    Raises ValueError when there is no value or one is not a number.
    """
    return _interval(sum_by_cluster(values, None), confidence)


def clustered_mean(
    values: Sequence[float] | Floats, clusters: Sequence[Hashable] | None, *, confidence: float = 0.95
) -> Interval:
    """Return the interval of a mean from the clustered standard error, with Student's t on G-1 degrees of freedom.

    Source: Miller 2024 (arXiv 2411.00640), section 2.2. Clusters of one give `mean_interval` exactly. `n` is the
    number of values. Raises ValueError when there is no value, or not one cluster for each.
    """
    return _interval(sum_by_cluster(values, clusters), confidence)


def bounded_mean(
    values: Sequence[float] | Floats, clusters: Sequence[Hashable] | None, *, confidence: float = 0.95
) -> Interval:
    """Return the interval of a mean of values between 0 and 1, which never leaves them.

    Hits and misses alone have Wilson's interval at their effective number (`clustered_proportion`): also where all are
    alike and no spread can be seen. Anything else has that of `clustered_mean`, cut at 0 and 1. Raises ValueError for a
    value beyond them, and as `clustered_mean` does.
    """
    interval = clustered_mean(values, clusters, confidence=confidence)
    vector = as_vector(values)
    if vector.min() < 0 or vector.max() > 1:
        raise ValueError("A value lies beyond 0 and 1.")
    if set(vector.tolist()) <= {0.0, 1.0}:
        return clustered_proportion((vector > 0).tolist(), clusters, confidence=confidence)
    return msgspec.structs.replace(interval, low=max(0.0, interval.low), high=min(1.0, interval.high))


def mean_tails(values: Sequence[float] | Floats, clusters: Sequence[Hashable] | None, target: float) -> Tails:
    """Return the one-sided p-values of a mean against a target, by Student's t; 1 and 1 from a single cluster."""
    return _tails(sum_by_cluster(values, clusters), target)


def mean_of_sums(totals: Sequence[float], sizes: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Return the interval of a mean of which only sums by cluster are known, as `clustered_mean` of the values would.

    Raises ValueError when there is no cluster, or not one size for each total.
    """
    return _interval(_sums(totals, sizes), confidence)


def tails_of_sums(totals: Sequence[float], sizes: Sequence[float], target: float) -> Tails:
    """Return what `mean_tails` says, where only sums by cluster are known. Raises as `mean_of_sums` does."""
    return _tails(_sums(totals, sizes), target)


def _sums(totals: Sequence[float], sizes: Sequence[float]) -> ClusterSums:
    found = ClusterSums(totals=as_vector(totals), sizes=as_vector(sizes))
    if len(found.totals) != len(found.sizes):
        raise ValueError(f"Each total needs its size: got {len(found.totals)} totals and {len(found.sizes)} sizes.")
    return found


def _tails(sums: ClusterSums, target: float) -> Tails:
    if sums.count == 1:
        return Tails(at_least=1.0, at_most=1.0)
    distance = sums.mean - target
    error = sums.standard_error()
    if error > 0:
        below = student_below(distance / error, sums.count - 1)
    else:
        below = 0.5 + math.copysign(0.5, distance) if distance else 0.5
    return Tails(at_least=1 - below, at_most=below)


def mean_variance(values: Sequence[float] | Floats, clusters: Sequence[Hashable] | None) -> float:
    """Return the variance of one value that, among as many independent ones, gives the clustered standard error.

    What `cases_for_difference` and `smallest_effect` take. Raises ValueError when there is no value; a single cluster
    shows no variance, and gives infinity.
    """
    sums = sum_by_cluster(values, clusters)
    return math.inf if sums.count == 1 else sums.standard_error() ** 2 * float(sums.sizes.sum())


def _interval(sums: ClusterSums, confidence: float) -> Interval:
    check_confidence(confidence)
    n = int(sums.sizes.sum())
    if sums.count == 1:
        return Interval(estimate=sums.mean, low=-math.inf, high=math.inf, confidence=confidence, n=n)
    half = student_quantile(1 - (1 - confidence) / 2, sums.count - 1) * sums.standard_error()
    return Interval(estimate=sums.mean, low=sums.mean - half, high=sums.mean + half, confidence=confidence, n=n)
