"""Two groups that share nothing: in which of them is something more frequent, by how much, and could it be chance?

Called by `traces` for what differs between two groups of requests. Counts may be effective ones: see `WeightedSample`.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Interval
from plimsoll.stats.clusters import as_vector
from plimsoll.stats.distributions import Floats, normal_quantile
from plimsoll.stats.proportion import EffectiveCount, wilson

_ALIKE = 1 + 1e-7
_MOST_LOG_FACTORIALS = 8


class WeightedSample:
    """Observations with weights and clusters, of which shares are asked for again and again."""

    def __init__(self, weights: Sequence[float] | Floats, clusters: NDArray[np.int64]) -> None:
        """Take one weight above 0 and one cluster number, counted from 0, for each observation."""
        self.weights = as_vector(weights)
        self.clusters = clusters
        self._by_cluster = np.bincount(clusters, weights=self.weights).astype(np.float64)
        self._total = float(self.weights.sum())
        self._squares = float(np.square(self._by_cluster).sum())
        self.worth = self._total**2 / float(np.square(self.weights).sum())
        """How many observations of equal weight they are worth (Kish 1965)."""

    def count(self, members: NDArray[np.int64]) -> EffectiveCount:
        """Return the share of the observations at these places as a count among independent trials.

        Trials are p(1-p) over the linearised clustered variance of the share (Korn & Graubard 1998), at most `worth`;
        where all are alike each cluster counts once.
        """
        own = self.weights[members]
        share = min(1.0, float(own.sum()) / self._total)
        if share in {0.0, 1.0}:
            n = min(self.worth, self._total**2 / self._squares)
            return EffectiveCount(successes=share * n, n=n)
        touched, places = np.unique(self.clusters[members], return_inverse=True)
        sums = np.bincount(places, weights=own)
        spread = float(np.square(sums).sum() - 2 * share * (sums * self._by_cluster[touched]).sum())
        groups = len(self._by_cluster)
        variance = groups / max(1, groups - 1) * (spread + share**2 * self._squares) / self._total**2
        n = min(self.worth, share * (1 - share) / variance) if variance > 0 else self.worth
        return EffectiveCount(successes=share * n, n=n)


class ShareDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The share in a second group against that in a first one."""

    first: Interval
    """The share in the first."""
    second: Interval
    """The share in the second."""
    difference: Interval
    """Second minus first."""


def share_difference(first: EffectiveCount, second: EffectiveCount, *, confidence: float = 0.95) -> ShareDifference:
    """Return both shares and their difference with Newcombe's hybrid score interval (Newcombe 1998, method 10)."""
    one = wilson(first.successes, first.n, confidence=confidence)
    two = wilson(second.successes, second.n, confidence=confidence)
    by = two.estimate - one.estimate
    below = math.hypot(two.estimate - two.low, one.high - one.estimate)
    above = math.hypot(two.high - two.estimate, one.estimate - one.low)
    return ShareDifference(
        first=one,
        second=two,
        difference=Interval(
            estimate=by, low=max(-1.0, by - below), high=min(1.0, by + above), confidence=confidence, n=one.n + two.n
        ),
    )


def fisher_exact(first: EffectiveCount, second: EffectiveCount) -> float:
    """Return Fisher's exact two-sided p-value (sum over tables no likelier than this one); counts are rounded."""
    n, m = max(1, round(first.n)), max(1, round(second.n))
    x, y = min(n, round(first.successes)), min(m, round(second.successes))
    logs = _log_factorials(1 << (n + m).bit_length())
    hits = x + y
    at = np.arange(max(0, hits - m), min(n, hits) + 1)
    chance = np.exp(
        logs[n] - logs[at] - logs[n - at] + logs[m] - logs[hits - at] - logs[m - hits + at] - _choose(logs, n + m, hits)
    )
    own = chance[x - int(at[0])]
    return float(min(1.0, chance[chance <= own * _ALIKE].sum()))


def divergence(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Return the Jensen-Shannon divergence of two distributions in bits, 0 (the same) to 1 (nothing in common).

    It is what knowing the value tells of the group it came from, both groups being equally likely (Lin 1991).
    """
    p, q = as_vector(first), as_vector(second)
    return max(0.0, _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2)


def smallest_share_difference(first: float, second: float, *, level: float, power: float = 0.8) -> float:
    """Return the smallest difference from one half that groups of these sizes show with the power, two-sided.

    Above 1 where none can be shown. By the normal approximation, at one half since shares vary most there.
    """
    reach = normal_quantile(1 - level / 2) + normal_quantile(power)
    return reach * math.sqrt(0.25 / first + 0.25 / second)


def _entropy(shares: Floats) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def _choose(logs: Floats, n: int, k: int) -> float:
    return float(logs[n] - logs[k] - logs[n - k])


@lru_cache(maxsize=_MOST_LOG_FACTORIALS)
def _log_factorials(most: int) -> Floats:
    return np.concatenate([np.zeros(1), np.cumsum(np.log(np.arange(1, most + 1, dtype=np.float64)))])
