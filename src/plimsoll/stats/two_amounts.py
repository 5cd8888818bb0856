"""Two groups of amounts that share nothing: is one of them shifted, by how much, and could it be chance?

Called by `traces` for latencies, lengths, costs and scores. Nothing is assumed about their distribution.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Interval
from plimsoll.stats.distributions import Floats, normal_below, normal_quantile
from plimsoll.stats.proportion import check_confidence

_BINS = 10


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one group with their weights and the number of each one's cluster, counted from 0."""

    values: Floats
    """The values."""
    weights: Floats
    """Their weights, above 0."""
    clusters: NDArray[np.int64]
    """Their clusters."""

    @property
    def worth(self) -> float:
        """Return how many values of equal weight they are worth (Kish 1965)."""
        return float(self.weights.sum() ** 2 / np.square(self.weights).sum())


class Dominance(msgspec.Struct, frozen=True, kw_only=True):
    """How surely values of a second group are larger than those of a first."""

    probability: float
    """Chance that a value of the second is larger than one of the first, equal ones counted half."""
    p_value: float
    """Two-sided, against one half."""


def dominance(first: Amounts, second: Amounts) -> Dominance:
    """Compare two groups by their ranks (Mann & Whitney 1947), weights and clusters respected.

    The variance is the larger of that without any difference, with its correction for ties, and the clustered one by
    placements (DeLong 1988; Obuchowski 1997).
    """
    above_first = _placements(second.values, first)
    below_second = 1 - _placements(first.values, second)
    probability = float(np.average(above_first, weights=second.weights))
    variance = _clustered_variance(above_first, second) + _clustered_variance(below_second, first)
    variance = max(variance, _null_variance(first, second))
    z = (probability - 0.5) / math.sqrt(variance) if variance > 0 else 0.0
    return Dominance(probability=probability, p_value=min(1.0, 2 * normal_below(-abs(z))))


def median_interval(group: Amounts, *, confidence: float = 0.95) -> Interval:
    """Return the weighted median with the interval of Woodruff 1952: the share below it, turned back into values."""
    half = normal_quantile(1 - (1 - check_confidence(confidence)) / 2) * math.sqrt(0.25 / group.worth)
    low, middle, high = (_quantile(group, at) for at in (0.5 - half, 0.5, 0.5 + half))
    return Interval(estimate=middle, low=low, high=high, confidence=confidence, n=len(group.values))


def weighted_mean(group: Amounts, *, confidence: float = 0.95) -> Interval:
    """Return the weighted mean with the normal interval of its linearised clustered variance."""
    mean = float(np.average(group.values, weights=group.weights))
    half = normal_quantile(1 - (1 - check_confidence(confidence)) / 2)
    half *= math.sqrt(_clustered_variance(group.values, group))
    return Interval(estimate=mean, low=mean - half, high=mean + half, confidence=confidence, n=len(group.values))


def shift(first: Interval, second: Interval) -> Interval:
    """Return the difference of two medians or means, their intervals combined (MOVER: Zou & Donner 2008)."""
    by = second.estimate - first.estimate
    return Interval(
        estimate=by,
        low=by - math.hypot(second.estimate - second.low, first.high - first.estimate),
        high=by + math.hypot(second.high - second.estimate, first.estimate - first.low),
        confidence=first.confidence,
        n=first.n + second.n,
    )


def bin_shares(first: Amounts, second: Amounts) -> tuple[Floats, Floats]:
    """Return how both groups fall into ten bins that the two together fill evenly, as far as equal values allow."""
    pooled = np.concatenate([first.values, second.values])
    edges = np.unique(np.quantile(pooled, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return _shares_in(first, edges), _shares_in(second, edges)


def _shares_in(group: Amounts, edges: Floats) -> Floats:
    counts = np.bincount(
        np.searchsorted(edges, group.values, side="left"), weights=group.weights, minlength=len(edges) + 1
    )
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _placements(values: Floats, among: Amounts) -> Floats:
    """Return, for each value, the weighted share of the group that lies below it, equal ones counted half."""
    order = np.argsort(among.values, kind="stable")
    ordered = among.values[order]
    sums = np.concatenate([np.zeros(1), np.cumsum(among.weights[order])])
    below = sums[np.searchsorted(ordered, values, side="left")]
    up_to = sums[np.searchsorted(ordered, values, side="right")]
    return np.asarray((below + up_to) / 2 / sums[-1], dtype=np.float64)


def _clustered_variance(values: Floats, group: Amounts) -> float:
    """Return the variance of the weighted mean of values, one for each of the group's."""
    mean = np.average(values, weights=group.weights)
    sums = np.bincount(group.clusters, weights=group.weights * (values - mean))
    groups = len(np.unique(group.clusters))
    return float(groups / max(1, groups - 1) * np.square(sums).sum() / group.weights.sum() ** 2)


def _null_variance(first: Amounts, second: Amounts) -> float:
    """Return the variance of the probability where nothing differs, at the groups' effective sizes."""
    n, m = first.worth, second.worth
    _, counts = np.unique(np.concatenate([first.values, second.values]), return_counts=True)
    total = len(first.values) + len(second.values)
    ties = float((counts**3 - counts).sum()) / (total**3 - total) if total > 1 else 1.0
    return (n + m + 1) / (12 * n * m) * (1 - ties)


def _quantile(group: Amounts, at: float) -> float:
    order = np.argsort(group.values, kind="stable")
    reached = np.cumsum(group.weights[order]) / group.weights.sum()
    place = int(np.searchsorted(reached, min(max(at, 0.0), 1.0) - 1e-12, side="left"))
    return float(group.values[order][min(place, len(order) - 1)])
