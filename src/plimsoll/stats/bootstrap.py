"""The interval of any figure of a set of cases, by drawing whole clusters again: macro F1, a correlation, a ratio.

Called where no formula gives the spread. `paired` draws means, which it can do faster by itself; both expand their
percentiles the same way.
"""

import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Interval
from plimsoll.stats.clusters import cluster_places
from plimsoll.stats.distributions import Floats, normal_below, student_quantile
from plimsoll.stats.proportion import check_confidence


def bootstrap_interval(
    statistic: Callable[[Floats], float],
    n: int,
    *,
    rng: np.random.Generator,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    rounds: int = 2_000,
) -> Interval:
    """Return the expanded percentile interval (Hesterberg 2015, arXiv 1411.5279) of a figure of `n` cases.

    `statistic` takes one weight a case, the number of times that it was drawn (all ones for the estimate), and returns
    the figure, or `nan` where a draw shows none. Where fewer than two clusters stand or half of the draws show
    nothing, the interval has no ends. Raises ValueError when there is no case or not one cluster for each.
    """
    places = cluster_places(n, clusters)
    estimate = statistic(np.ones(n))
    count = int(places.max()) + 1
    figures = np.array([statistic(_drawn(places, count, rng)) for _ in range(rounds if count > 1 else 0)])
    figures = figures[~np.isnan(figures)]
    if len(figures) <= rounds / 2 or math.isnan(estimate):
        return Interval(estimate=estimate, low=-math.inf, high=math.inf, confidence=confidence, n=n)
    tail = expanded_tail(count, confidence)
    low, high = np.quantile(figures, [tail, 1 - tail])
    return Interval(estimate=estimate, low=float(low), high=float(high), confidence=confidence, n=n)


def expanded_tail(count: int, confidence: float) -> float:
    """Return the share of draws beyond each end: the normal tail widened to Student's t on `count` - 1 degrees."""
    outer = student_quantile((1 - check_confidence(confidence)) / 2, count - 1)
    return normal_below(outer * math.sqrt(count / (count - 1)))


def _drawn(places: NDArray[np.int64], count: int, rng: np.random.Generator) -> Floats:
    drawn = np.bincount(rng.integers(0, count, size=count), minlength=count).astype(np.float64)
    return drawn[places]
