"""What a judge that errs says about the rate that people would find.

Called by `evals` wherever a judge's score is shown. A judge is known by the cases that people have labelled too. Two
corrections, for two ways of choosing those: `prediction_powered_mean` where they are drawn from the cases themselves,
`rogan_gladen` where they come from elsewhere, or were chosen by their label.
"""

import math
from collections.abc import Hashable, Sequence

import msgspec
import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.clusters import as_vector, cluster_places
from plimsoll.stats.distributions import Floats, normal_quantile, student_quantile
from plimsoll.stats.proportion import check_confidence

_HALF = 0.5


class JudgedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How a judge's verdicts fell on cases that people labelled."""

    true_pass: int
    """Passed by both."""
    false_pass: int
    """Passed by the judge, failed by people."""
    true_fail: int
    """Failed by both."""
    false_fail: int
    """Failed by the judge, passed by people."""

    @property
    def passes(self) -> int:
        """Return the cases that people passed."""
        return self.true_pass + self.false_fail

    @property
    def fails(self) -> int:
        """Return the cases that people failed."""
        return self.true_fail + self.false_pass


def count_judged(labels: Sequence[bool], verdicts: Sequence[bool]) -> JudgedCounts:
    """Count verdicts against labels of the same cases. Raises ValueError unless there is one for each, at least one."""
    if len(labels) != len(verdicts) or not labels:
        raise ValueError(f"Each label needs its verdict: got {len(labels)} labels and {len(verdicts)} verdicts.")
    pairs = list(zip(labels, verdicts, strict=True))
    return JudgedCounts(
        true_pass=pairs.count((True, True)),
        false_pass=pairs.count((False, True)),
        true_fail=pairs.count((False, False)),
        false_fail=pairs.count((True, False)),
    )


def rogan_gladen(passes: float, n: float, judge: JudgedCounts, *, confidence: float = 0.95) -> Interval:
    """Return the pass rate behind `passes` verdicts of `n`, corrected by the judge's sensitivity and specificity.

    (p + sp - 1) / (se + sp - 1) (Rogan & Gladen 1978), cut to 0..1; the interval is the delta method's, shifted and
    with z² more verdicts (arXiv 2511.21140), and with half a case more in each cell of the judge's counts (a
    whole one held the truth in 97 % where 95 were asked for). It holds where the judge errs on these cases as it did on
    the labelled ones, whatever share of those passed. A judge that tells nothing (se + sp <= 1), or that was tried on
    passes or on fails only, leaves 0..1. Raises ValueError unless 0 <= passes <= n and n > 0.
    """
    if not 0 <= passes <= n or not n > 0:
        raise ValueError(f"{passes!r} passes of {n!r}: need 0 <= passes <= n and n > 0.")
    z = normal_quantile(1 - (1 - check_confidence(confidence)) / 2)
    estimate = _corrected(
        passes / n, _share(judge.true_pass, judge.passes, 0.0), _share(judge.true_fail, judge.fails, 0.0)
    )
    low, high = 0.0, 1.0
    if judge.passes and judge.fails:
        low, high = _rogan_gladen_ends(passes, n, judge, z=z)
    return Interval(
        estimate=estimate, low=min(low, estimate), high=max(high, estimate), confidence=confidence, n=max(1, round(n))
    )


def prediction_powered_mean(
    labels: Sequence[float] | Floats,
    judged: Sequence[float] | Floats,
    only_judged: Sequence[float] | Floats,
    *,
    clusters: Sequence[Hashable] | None = None,
    clusters_only_judged: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Interval:
    """Return the mean label of all cases, from labels of some and a judge's scores of all (PPI++).

    `judged` are the judge's scores of the labelled cases, in their order; `only_judged` those of the others; all within
    0..1. The labelled ones are a random draw. The estimate is w mean(only_judged) + mean(labels - w judged), with the
    weight w that makes its variance smallest, cut to 0..1 (Angelopoulos, Duchi, Zrnic 2023, arXiv 2311.01453).
    The interval is Student's with the degrees of freedom of Welch & Satterthwaite, from clustered variances with half a
    case more in each corner (label and score 0 or 1): a judge that agreed on thirty cases may still err. Raises
    ValueError for lengths that differ, fewer than two labels, and values outside 0..1.
    """
    label, score, rest = (_check_scores(values) for values in (labels, judged, only_judged))
    if len(label) != len(score) or len(label) < 2:  # noqa: PLR2004 - one label shows no spread
        raise ValueError(f"Need two labels or more, and a score for each: got {len(label)} and {len(score)}.")
    weight = _weight(label, score, rest)
    estimate = min(1.0, max(0.0, weight * float(rest.mean()) + float((label - weight * score).mean())))
    corners = np.array([0.0, 1.0, -weight, 1 - weight])
    labelled = _Spread.of(label - weight * score, corners, clusters)
    unlabelled = _Spread.of(weight * rest, np.array([0.0, weight]), clusters_only_judged)
    half = _half_width(labelled, unlabelled, confidence)
    return Interval(
        estimate=estimate,
        low=min(estimate, max(0.0, estimate - half)),
        high=max(estimate, min(1.0, estimate + half)),
        confidence=confidence,
        n=len(label) + len(rest),
    )


class _Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Variance of a mean, and the degrees of freedom that it was seen with."""

    variance: float
    degrees: int

    @classmethod
    def of(cls, values: Floats, corners: Floats, clusters: Sequence[Hashable] | None) -> "_Spread":
        places = cluster_places(len(values), clusters)
        count = int(places.max()) + 1
        size = len(values) + _HALF * len(corners)
        mean = (float(values.sum()) + _HALF * float(corners.sum())) / size
        sums = np.bincount(places, weights=values - mean)
        squares = float(np.square(sums).sum()) + _HALF * float(np.square(corners - mean).sum())
        variance = squares * count / (count - 1 + _HALF * len(corners)) / len(values) ** 2
        return cls(variance=variance, degrees=count - 1)


def _half_width(labelled: _Spread, unlabelled: _Spread, confidence: float) -> float:
    variance = labelled.variance + unlabelled.variance
    if labelled.degrees == 0 or unlabelled.degrees == 0:
        return math.inf
    degrees = variance**2 / (labelled.variance**2 / labelled.degrees + unlabelled.variance**2 / unlabelled.degrees)
    return student_quantile(1 - (1 - check_confidence(confidence)) / 2, degrees) * math.sqrt(variance)


def _weight(label: Floats, score: Floats, rest: Floats) -> float:
    """Return how much the judge's scores are leant on: covariance over variance, less for few unlabelled cases."""
    spread = float(np.var(np.concatenate([score, rest]), ddof=1))
    if spread == 0:
        return 0.0
    together = float(((label - label.mean()) * (score - score.mean())).mean())
    return min(1.0, max(0.0, together / ((1 + len(label) / len(rest)) * spread)))


def _check_scores(values: Sequence[float] | Floats) -> Floats:
    vector = as_vector(values)
    if vector.min() < 0 or vector.max() > 1:
        raise ValueError("A label or score is outside 0..1.")
    return vector


def _corrected(rate: float, sensitivity: float, specificity: float) -> float:
    told = sensitivity + specificity - 1
    return min(1.0, max(0.0, (rate + specificity - 1) / told)) if told > 0 else rate


def _share(count: float, n: float, more: float) -> float:
    """Return the share with `more` imagined successes and failures; one half where there is nothing."""
    return (count + more) / (n + 2 * more) if n + more else _HALF


def _rogan_gladen_ends(passes: float, n: float, judge: JudgedCounts, *, z: float) -> tuple[float, float]:
    sensitivity, specificity = _share(judge.true_pass, judge.passes, _HALF), _share(judge.true_fail, judge.fails, _HALF)
    told = sensitivity + specificity - 1
    if told <= 0:
        return 0.0, 1.0
    rate = _share(passes, n, z * z / 2)
    centre = _corrected(rate, sensitivity, specificity)
    of_passes = sensitivity * (1 - sensitivity) / (judge.passes + 1)
    of_fails = specificity * (1 - specificity) / (judge.fails + 1)
    spread = rate * (1 - rate) / (n + z * z) + (1 - centre) ** 2 * of_fails + centre**2 * of_passes
    shift = 2 * z * z * (centre * of_passes - (1 - centre) * of_fails)
    half = z * math.sqrt(spread) / told
    return min(1.0, max(0.0, centre + shift - half)), min(1.0, max(0.0, centre + shift + half))
