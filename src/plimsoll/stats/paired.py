"""Two versions on the same cases: what the differences say.

Called by `evals` for candidate against baseline; `line.not_worse` decides on the result. Differences are always
candidate minus baseline. Cases stand in the same order on both sides; a case missing on either side is left out first.
"""

import math
from collections.abc import Hashable, Sequence

import msgspec
import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.bootstrap import expanded_tail
from plimsoll.stats.clusters import ClusterSums, as_vector, sum_by_cluster
from plimsoll.stats.distributions import Floats, binomial_at_most, normal_quantile
from plimsoll.stats.proportion import check_confidence, clustered_proportion

_ROUNDS = 4_000
_CELLS_AT_ONCE = 2_000_000
_FEWEST_DISCORDANT = 10


class PairedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate minus baseline on the same cases."""

    delta: Interval
    """The mean difference; above zero the candidate is better."""
    discordant: int
    """Cases on which the two differ: only they carry evidence."""
    p_value: float
    """Two-sided p-value of no difference."""


def mcnemar_exact(baseline: Sequence[bool], candidate: Sequence[bool]) -> float:
    """Return the exact two-sided p-value that both pass alike (McNemar 1947, by the binomial of the discordant cases).

    Raises ValueError when the two are not of the same, positive length.
    """
    counts = _discordant(baseline, candidate)
    fewer, all_of_them = min(counts.gained, counts.lost), counts.gained + counts.lost
    return min(1.0, 2 * binomial_at_most(fewer, all_of_them, 0.5)) if all_of_them else 1.0


def paired_binary(baseline: Sequence[bool], candidate: Sequence[bool], *, confidence: float = 0.95) -> PairedDifference:
    """Return the difference of two pass rates on the same, independent cases.

    The interval is Tango's score interval (Tango 1998, Statistics in Medicine 17), which keeps its width when nothing
    differs; the p-value is the exact McNemar test. Raises ValueError when the two are not of the same, positive length.
    """
    counts = _discordant(baseline, candidate)
    z = normal_quantile(1 - (1 - check_confidence(confidence)) / 2)
    estimate = (counts.gained - counts.lost) / counts.n
    delta = Interval(
        estimate=estimate,
        low=_where_score_is(counts, z, inside=estimate, outside=-1.0),
        high=_where_score_is(counts, z, inside=estimate, outside=1.0),
        confidence=confidence,
        n=counts.n,
    )
    return PairedDifference(
        delta=delta, discordant=counts.gained + counts.lost, p_value=mcnemar_exact(baseline, candidate)
    )


def paired_mean(
    baseline: Sequence[float] | Floats,
    candidate: Sequence[float] | Floats,
    *,
    rng: np.random.Generator,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    span: float = 1.0,
) -> PairedDifference:
    """Return the difference of two mean scores on the same cases, by the (cluster) bootstrap.

    The interval is the expanded percentile interval (Hesterberg 2015, arXiv 1411.5279) over 4,000
    resamples of whole clusters. With fewer than ten discordant cases resampling sees too little, and the interval is
    bounded by counting instead: no further down than `span`, the largest possible difference, times the largest share
    of cases that may have lost; and so upwards. The p-value is `sign_flip` over clusters. Raises ValueError when
    lengths differ or are zero.
    """
    differences = _differences(baseline, candidate)
    sums = sum_by_cluster(differences, clusters)
    discordant = int(np.count_nonzero(differences))
    if discordant < _FEWEST_DISCORDANT or sums.count == 1:
        delta = _counted_interval(differences, clusters, confidence=confidence, span=span)
    else:
        delta = _bootstrap_interval(sums, rng, confidence=confidence)
    return PairedDifference(delta=delta, discordant=discordant, p_value=sign_flip(sums.totals, rng=rng))


def sign_flip(differences: Sequence[float] | Floats, *, rng: np.random.Generator, rounds: int = 9_999) -> float:
    """Return the two-sided p-value that differences are symmetric about zero, by flipping their signs at random.

    All flips are counted where they are fewer than `rounds` (exact); else the drawn ones and the observed one
    (Phipson & Smyth 2010), so that it is never zero. For clusters pass the sum of each. Raises ValueError when there
    are none.
    """
    vector = as_vector(differences)
    vector = vector[vector != 0]
    if len(vector) == 0:
        return 1.0
    observed = abs(float(vector.sum())) * (1 - 1e-12)
    if 2 ** len(vector) <= rounds:
        numbers = np.arange(2 ** len(vector), dtype=np.int64)
        every = np.stack([numbers >> place & 1 for place in range(len(vector))], axis=1)
        return float(np.mean(np.abs((1.0 - 2.0 * every) @ vector) >= observed))
    batch = max(1, _CELLS_AT_ONCE // len(vector))
    as_far = 0
    for start in range(0, rounds, batch):
        bits = rng.integers(0, 2, size=(min(batch, rounds - start), len(vector)), dtype=np.int8)
        as_far += int(np.count_nonzero(np.abs((1.0 - 2.0 * bits) @ vector) >= observed))
    return (as_far + 1) / (rounds + 1)


class _Discordant(msgspec.Struct, frozen=True, kw_only=True):
    """How paired passes differ."""

    gained: int
    lost: int
    n: int


def _discordant(baseline: Sequence[bool], candidate: Sequence[bool]) -> _Discordant:
    differences = _differences([float(passed) for passed in baseline], [float(passed) for passed in candidate])
    return _Discordant(
        gained=int(np.count_nonzero(differences > 0)), lost=int(np.count_nonzero(differences < 0)), n=len(differences)
    )


def _differences(baseline: Sequence[float] | Floats, candidate: Sequence[float] | Floats) -> Floats:
    first, second = as_vector(baseline), as_vector(candidate)
    if len(first) != len(second):
        raise ValueError(f"Pairs need the same cases on both sides: got {len(first)} and {len(second)}.")
    return second - first


def _score(counts: _Discordant, delta: float) -> float:
    """Return Tango's score statistic of a difference: zero at the estimate, falling in `delta`."""
    n, gained, lost = counts.n, counts.gained, counts.lost
    linear = -gained - lost + (2 * n - gained + lost) * delta
    constant = -lost * delta * (1 - delta)
    lost_share = (math.sqrt(max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n)
    variance = n * (2 * lost_share + delta * (1 - delta))
    distance = gained - lost - n * delta
    if variance > 0:
        return distance / math.sqrt(variance)
    return math.copysign(math.inf, distance) if distance else 0.0


def _where_score_is(counts: _Discordant, z: float, *, inside: float, outside: float) -> float:
    """Return the difference at which the score reaches `z` in size, by halving; the score has no closed inverse."""
    for _ in range(60):
        middle = (inside + outside) / 2
        if abs(_score(counts, middle)) < z:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def _bootstrap_interval(sums: ClusterSums, rng: np.random.Generator, *, confidence: float) -> Interval:
    """Return the percentile interval with its tails widened to those of Student's t on G-1 degrees of freedom."""
    tail = expanded_tail(sums.count, confidence)
    low, high = np.quantile(_resampled_means(sums, rng), [tail, 1 - tail])
    return Interval(
        estimate=sums.mean, low=float(low), high=float(high), confidence=confidence, n=int(sums.sizes.sum())
    )


def _resampled_means(sums: ClusterSums, rng: np.random.Generator) -> Floats:
    batch = max(1, _CELLS_AT_ONCE // sums.count)
    means: list[Floats] = []
    for start in range(0, _ROUNDS, batch):
        drawn = rng.integers(0, sums.count, size=(min(batch, _ROUNDS - start), sums.count))
        means.append(sums.totals[drawn].sum(axis=1) / sums.sizes[drawn].sum(axis=1))
    return np.concatenate(means)


def _counted_interval(
    differences: Floats, clusters: Sequence[Hashable] | None, *, confidence: float, span: float
) -> Interval:
    """Bound the mean difference by how many cases may have lost, and how many may have gained, `span` each."""
    lost = clustered_proportion([value < 0 for value in differences], clusters, confidence=confidence)
    gained = clustered_proportion([value > 0 for value in differences], clusters, confidence=confidence)
    return Interval(
        estimate=float(differences.mean()),
        low=-span * lost.high,
        high=span * gained.high,
        confidence=confidence,
        n=len(differences),
    )
