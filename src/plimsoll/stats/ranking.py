"""How good an order is: recall, reciprocal rank and nDCG of one ranking, and the area under a ROC curve of many scores.

Called by `evals` for retrieval and by benchmarks. What counts as relevant is decided elsewhere.
"""

import math
from collections.abc import Hashable, Sequence

import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.clusters import as_vector, sum_by_cluster
from plimsoll.stats.distributions import Floats, normal_quantile
from plimsoll.stats.proportion import check_confidence


def recall_at(first_places: Sequence[int | None], k: int) -> float:
    """Return the share of the wanted items that stand among the first `k`.

    `first_places` holds, for each wanted item, its place counted from 1, or None where it was not found. Source:
    Manning, Raghavan, Schütze 2008, section 8.4. Raises ValueError when nothing is wanted or `k` is not positive.
    """
    _check_depth(k)
    if not first_places:
        raise ValueError("Nothing is wanted, so no share of it can be found.")
    return sum(place is not None and place <= k for place in first_places) / len(first_places)


def reciprocal_rank(first_places: Sequence[int | None]) -> float:
    """Return one over the place of the first wanted item, 0 where none was found (Voorhees 1999, TREC-8).

    Its mean over questions is MRR.
    """
    found = [place for place in first_places if place is not None]
    return 1 / min(found) if found else 0.0


def ndcg_at(gains: Sequence[float], ideal: Sequence[float], k: int) -> float:
    """Return the discounted gain of the first `k` places over that of the best order.

    `gains` are those of the ranking, best place first; `ideal` those of every wanted item, in any order. Source:
    Järvelin & Kekäläinen 2002, with the discount log2(place + 1) for every place. Raises ValueError for a negative
    gain, where nothing is wanted, and for a `k` that is not positive.
    """
    _check_depth(k)
    if min([*gains, *ideal], default=0.0) < 0:
        raise ValueError("A gain is negative.")
    best = _discounted(sorted(ideal, reverse=True)[:k])
    if best == 0:
        raise ValueError("Nothing is wanted, so no order is best.")
    return _discounted(gains[:k]) / best


def roc_area(
    scores: Sequence[float] | Floats,
    is_positive: Sequence[bool],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Interval:
    """Return the chance that a positive outscores a negative (ties count half), with an interval on the logit scale.

    The standard error sums each observation's influence by cluster (DeLong, DeLong, Clarke-Pearson 1988; Obuchowski
    1997 for clusters), the interval is Pepe's (2003, section 5.2.4). Where the two are wholly apart no spread is seen,
    and the end that stays open is that of as many misses in none of the smaller group, 1 - (1 - confidence)^(1/n).
    Raises ValueError without a positive or a negative, or for lengths that differ.
    """
    check_confidence(confidence)
    vector, positive = as_vector(scores), np.asarray(is_positive, dtype=np.bool_)
    if len(vector) != len(positive) or not positive.any() or positive.all():
        raise ValueError("An area needs one mark for each score, and a positive and a negative at least.")
    influence, area = _influence(vector, positive)
    fewer = int(min(positive.sum(), (~positive).sum()))
    low, high = _area_ends(area, _spread(influence, clusters), fewer=fewer, confidence=confidence)
    return Interval(estimate=area, low=low, high=high, confidence=confidence, n=len(vector))


def _influence(scores: Floats, positive: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[Floats, float]:
    """Return what each observation adds to the error of the area, and the area (by mid-ranks)."""
    above, below = scores[positive], scores[~positive]
    outscored = _share_below(below, above)
    area = float(outscored.mean())
    influence = np.zeros(len(scores))
    influence[positive] = (outscored - area) / len(above)
    influence[~positive] = (1 - _share_below(above, below) - area) / len(below)
    return influence, area


def _share_below(population: Floats, values: Floats) -> Floats:
    """Return, for each value, the share of the population below it; equals count half."""
    ordered = np.sort(population)
    left, right = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return (left + right) / (2.0 * len(ordered))


def _spread(influence: Floats, clusters: Sequence[Hashable] | None) -> float:
    sums = sum_by_cluster(influence, clusters)
    if sums.count == 1:
        return math.inf
    return math.sqrt(sums.count / (sums.count - 1) * float(np.square(sums.totals).sum()))


def _area_ends(area: float, error: float, *, fewer: int, confidence: float) -> tuple[float, float]:
    open_end = (1 - confidence) ** (1 / fewer)
    if area in {0.0, 1.0}:
        return (open_end, 1.0) if area else (0.0, 1 - open_end)
    if math.isinf(error):
        return 0.0, 1.0
    centre = math.log(area / (1 - area))
    half = normal_quantile(1 - (1 - confidence) / 2) * error / (area * (1 - area))
    return 1 / (1 + math.exp(min(700.0, half - centre))), 1 / (1 + math.exp(min(700.0, -half - centre)))


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _check_depth(k: int) -> None:
    if k < 1:
        raise ValueError(f"k={k!r} is not a number of places.")
