"""How well predicted labels match: accuracy, precision, recall and F1 by class and over all, with intervals.

Called by `evals`. A prediction of None is one that was not made: it counts against recall, and against no class's
precision.
"""

import math
from collections.abc import Hashable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Interval
from plimsoll.stats.bootstrap import bootstrap_interval
from plimsoll.stats.distributions import Floats
from plimsoll.stats.proportion import clustered_proportion


class ClassFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One class among the others."""

    label: Hashable
    """The class."""
    precision: float | None
    """Of the cases predicted to be of it, the share that are; None where none was."""
    recall: float | None
    """Of the cases of it, the share predicted to be; None where there is none."""
    f1: float
    """Harmonic mean of the two, 0 where both are 0 or one is missing."""
    cases: int
    """Cases of it."""


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """How well predictions match what was expected."""

    accuracy: Interval
    """Share of cases predicted rightly."""
    macro_f1: Interval
    """Mean F1 of the classes that are expected anywhere, each counted alike."""
    classes: tuple[ClassFigures, ...]
    """Each expected class, in order of first appearance."""


def classification_figures(
    expected: Sequence[Hashable],
    predicted: Sequence[Hashable | None],
    *,
    rng: np.random.Generator,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Classification:
    """Return how well the predictions match, with Wilson's interval of the accuracy and a bootstrap one of macro F1.

    Raises ValueError for no cases, and where expectations, predictions and clusters are not one for each case.
    """
    if len(expected) != len(predicted) or not expected:
        raise ValueError(f"Each case has a prediction: got {len(expected)} cases and {len(predicted)} predictions.")
    table = _Outcomes.of(expected, predicted)
    right = [wanted == given for wanted, given in zip(expected, predicted, strict=True)]
    macro = bootstrap_interval(table.macro_f1, len(expected), rng=rng, clusters=clusters, confidence=confidence)
    return Classification(
        accuracy=clustered_proportion(right, clusters, confidence=confidence),
        macro_f1=msgspec.structs.replace(macro, low=max(0.0, macro.low), high=min(1.0, macro.high)),
        classes=table.by_class(),
    )


class _Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """The classes of each case by number; predictions of no expected class bear the number after the last."""

    labels: tuple[Hashable, ...]
    expected: NDArray[np.int64]
    predicted: NDArray[np.int64]

    @classmethod
    def of(cls, expected: Sequence[Hashable], predicted: Sequence[Hashable | None]) -> "_Outcomes":
        places: dict[Hashable, int] = {}
        wanted = np.array([places.setdefault(label, len(places)) for label in expected], dtype=np.int64)
        given = np.array([places.get(label, len(places)) for label in predicted], dtype=np.int64)
        return cls(labels=tuple(places), expected=wanted, predicted=given)

    def counts(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the weights of hits, of expected and of predicted cases, by class."""
        size = len(self.labels)
        hit = self.expected == self.predicted
        return (
            _sum_by(self.expected[hit], weights[hit], size),
            _sum_by(self.expected, weights, size),
            _sum_by(self.predicted, weights, size + 1)[:size],
        )

    def macro_f1(self, weights: Floats) -> float:
        """Return the mean of 2 hits / (expected + predicted) over classes that are expected among the drawn cases."""
        hits, wanted, given = self.counts(weights)
        there = wanted > 0
        return float(np.mean(2 * hits[there] / (wanted[there] + given[there]))) if there.any() else math.nan

    def by_class(self) -> tuple[ClassFigures, ...]:
        hits, wanted, given = self.counts(np.ones(len(self.expected)))
        return tuple(
            _class_figures(label, hits=float(hits[place]), wanted=float(wanted[place]), given=float(given[place]))
            for place, label in enumerate(self.labels)
        )


def _class_figures(label: Hashable, *, hits: float, wanted: float, given: float) -> ClassFigures:
    return ClassFigures(
        label=label,
        precision=hits / given if given else None,
        recall=hits / wanted if wanted else None,
        f1=2 * hits / (wanted + given),
        cases=round(wanted),
    )


def _sum_by(places: NDArray[np.int64], weights: Floats, size: int) -> Floats:
    return np.bincount(places, weights=weights, minlength=size).astype(np.float64)
