"""How well a score tells two kinds of question apart, and how true it is as a probability. Pure.

Intervals are percentile bootstraps over whole clusters (Miller 2024, arXiv 2411.00640): questions about one passage are
not independent.
"""

from collections.abc import Callable, Hashable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

_RESAMPLES = 1_000


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Bin(msgspec.Struct, frozen=True):
    """Questions whose estimated chance is alike."""

    questions: int
    """How many."""
    estimated: float
    """Mean estimate."""
    observed: float
    """Share that is answerable."""


def area_under_curve(scores: Scores, truth: NDArray[np.bool_]) -> float:
    """Return the chance that a true one scores above a false one, ties counted half (Mann-Whitney)."""
    order, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse] if len(order) else scores
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def resampled(measure: Callable[[NDArray[np.int64]], float], clusters: Sequence[Hashable]) -> Estimate:
    """Return `measure` of all places with its interval over resampled clusters (seed 0)."""
    members: dict[Hashable, list[int]] = {}
    for place, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(place)
    groups = [np.array(places, np.int64) for places in members.values()]
    rng = np.random.default_rng(0)
    draws: list[list[int]] = rng.integers(0, len(groups), (_RESAMPLES, len(groups))).tolist()
    found = [measure(np.concatenate([groups[pick] for pick in draw])) for draw in draws]
    low, high = np.nanquantile(found, [0.025, 0.975])
    return Estimate(measure(np.arange(len(clusters))), float(low), float(high))


def reliability(chances: Scores, truth: NDArray[np.bool_], *, bins: int = 10) -> list[Bin]:
    """Return bins of equal width that hold a question."""
    places = np.minimum((chances * bins).astype(int), bins - 1)
    kept = [places == number for number in range(bins) if (places == number).any()]
    return [Bin(int(chosen.sum()), float(chances[chosen].mean()), float(truth[chosen].mean())) for chosen in kept]


def calibration_error(chances: Scores, truth: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten bins (Naeini et al. 2015)."""
    found = reliability(chances, truth)
    return sum(one.questions * abs(one.estimated - one.observed) for one in found) / max(len(chances), 1)
