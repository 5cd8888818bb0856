"""How far raters agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for any number with gaps.

Called by `evals` for a judge against people, and for people among themselves.
"""

import math
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Interval
from plimsoll.stats.bootstrap import bootstrap_interval
from plimsoll.stats.distributions import Floats, normal_quantile
from plimsoll.stats.proportion import check_confidence, wilson

Level = Literal["nominal", "ordinal", "interval", "ratio"]
"""What differences between labels mean: none but their being different, their order, their distance, their ratio."""


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable], *, confidence: float = 0.95) -> Interval:
    """Return Cohen's kappa of two raters of the same cases, with the large-sample interval cut to -1..1.

    Cohen 1960; standard error of Fleiss, Cohen, Everitt 1969. Where all agree no spread is seen, and the lower end is
    the kappa of the smallest agreement that as many cases leave open. Raises ValueError where there are no cases, not
    as many of each, or where both give one and the same label to all, since nothing is beyond chance then.
    """
    table = _cross_table(first, second)
    shares = table / table.sum()
    of_first, of_second = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(of_first @ of_second)
    if by_chance == 1:
        raise ValueError(f"Both raters say {first[0]!r} every time: agreement beyond chance cannot be seen.")
    agreed = float(np.trace(shares))
    kappa = (agreed - by_chance) / (1 - by_chance)
    n = len(first)
    if agreed == 1:
        low = (wilson(n, n, confidence=confidence).low - by_chance) / (1 - by_chance)
        return Interval(estimate=1.0, low=low, high=1.0, confidence=confidence, n=n)
    half = (
        normal_quantile(1 - (1 - check_confidence(confidence)) / 2)
        * _kappa_spread(shares, kappa, by_chance)
        / math.sqrt(n)
    )
    return Interval(
        estimate=kappa, low=max(-1.0, kappa - half), high=min(1.0, kappa + half), confidence=confidence, n=n
    )


def kappa_difference(
    labels: Sequence[Hashable],
    before: Sequence[Hashable],
    now: Sequence[Hashable],
    *,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Interval:
    """Return how much Cohen's kappa with the same labels rose from one rater to another, by the paired bootstrap.

    Cases are drawn again with both ratings, so that what the two share cancels out. Where nothing differs the interval
    has no width and says nothing of rarer changes: read it with `mcnemar_exact`. Raises ValueError where there are no
    cases or not as many of each.
    """
    if not len(labels) == len(before) == len(now):
        raise ValueError(f"Each case has a label and two ratings: got {len(labels)}, {len(before)} and {len(now)}.")
    places = {label: place for place, label in enumerate(dict.fromkeys([*labels, *before, *now]))}
    wanted, old, new = (np.array([places[one] for one in part]) for part in (labels, before, now))

    of_old, of_new = (partial(_weighted_kappa, wanted * len(places) + one, size=len(places)) for one in (old, new))

    def rise(weights: Floats) -> float:
        return of_new(weights) - of_old(weights)

    return bootstrap_interval(rise, len(labels), rng=rng, confidence=confidence)


def krippendorff_alpha(
    ratings: Sequence[Sequence[float | None]],
    *,
    rng: np.random.Generator,
    level: Level = "nominal",
    confidence: float = 0.95,
) -> Interval:
    """Return Krippendorff's alpha of cases that any number of raters labelled, with a bootstrap interval over cases.

    One row a case, one column a rater, None where a rater said nothing; a label is a number (number the names of a
    nominal scale). Cases with one label do not count. Source: Krippendorff 2011, Computing Krippendorff's
    Alpha-Reliability. Raises ValueError where no case has two labels, or all labels are the same.
    """
    rows = [[value for value in row if value is not None] for row in ratings]
    rows = [row for row in rows if len(row) > 1]
    values = sorted({value for row in rows for value in row})
    if len(values) < 2:  # noqa: PLR2004 - agreement needs something to disagree about
        raise ValueError("Need two different labels, and a case that has two: there is nothing to disagree about.")
    counts = np.array([[row.count(value) for value in values] for row in rows], dtype=np.float64)
    labels = np.array(values, dtype=np.float64)
    distances = partial(_distances, labels, level=level)
    interval = bootstrap_interval(
        lambda weights: _alpha(counts, weights, distances(weights @ counts)), len(rows), rng=rng, confidence=confidence
    )
    return Interval(
        estimate=interval.estimate,
        low=max(-1.0, interval.low),
        high=min(1.0, interval.high),
        confidence=confidence,
        n=len(rows),
    )


def _weighted_kappa(cells: NDArray[np.int64], weights: Floats, *, size: int) -> float:
    """Return kappa of the cases by the cell of the cross table that each falls into."""
    table = np.bincount(cells, weights=weights, minlength=size * size).reshape(size, size)
    shares = table / table.sum()
    by_chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
    return (float(np.trace(shares)) - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan


def _cross_table(first: Sequence[Hashable], second: Sequence[Hashable]) -> Floats:
    if len(first) != len(second) or not first:
        raise ValueError(f"Both raters label the same cases: got {len(first)} and {len(second)} labels.")
    places: dict[Hashable, int] = {}
    for label in [*first, *second]:
        places.setdefault(label, len(places))
    table = np.zeros((len(places), len(places)))
    for one, other in zip(first, second, strict=True):
        table[places[one], places[other]] += 1
    return table


def _kappa_spread(shares: Floats, kappa: float, by_chance: float) -> float:
    """Return the standard error of kappa, times the root of the number of cases."""
    of_first, of_second = shares.sum(axis=1), shares.sum(axis=0)
    diagonal = np.diag(shares)
    together = of_first + of_second
    on = float((diagonal * np.square(1 - together * (1 - kappa))).sum())
    crossed = np.square(of_second[:, None] + of_first[None, :]) * shares
    off = float(crossed.sum() - np.trace(crossed)) * (1 - kappa) ** 2
    rest = (kappa - by_chance * (1 - kappa)) ** 2
    return math.sqrt(max(0.0, on + off - rest)) / (1 - by_chance)


def _alpha(counts: Floats, weights: Floats, distance: Floats) -> float:
    """Return 1 - observed over expected disagreement; `nan` where the drawn cases bear one label only."""
    totals = weights @ counts
    sizes = counts.sum(axis=1)
    pairs = np.einsum("ij,jk,ik->i", counts, distance, counts) / (sizes - 1)
    observed = float(weights @ pairs)
    expected = float(totals @ distance @ totals) / (totals.sum() - 1)
    return 1 - observed / expected if expected > 0 else math.nan


def _distances(labels: Floats, totals: Floats, *, level: Level) -> Floats:
    """Return the squared difference of each two labels."""
    if level == "nominal":
        return 1 - np.eye(len(labels))
    if level == "ordinal":
        middles = np.cumsum(totals) - totals / 2
        return np.square(middles[:, None] - middles[None, :])
    apart = labels[:, None] - labels[None, :]
    if level == "interval":
        return np.square(apart)
    sums = labels[:, None] + labels[None, :]
    return np.square(np.divide(apart, sums, out=np.zeros_like(apart), where=sums != 0))
