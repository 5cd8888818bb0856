"""What a run's labels, numbers and graded scores come to, over all its cases: precision, recall, F1, error, ROC area.

Called where a run is shown, with the dataset that it ran on. Pure. A case counts where the dataset still holds it as
it was asked; what failed or could not be told counts against recall, and is left out of errors and areas, counted.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import cast

import msgspec
import numpy as np

from plimsoll.datasets import hash_case
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.scorers import LabelMatches, NearNumber
from plimsoll.line import Scorer
from plimsoll.records import Case, Interval, Score
from plimsoll.stats import Classification, bootstrap_interval, classification_figures, roc_area

_FEWEST_CLASSES = 2

Asked = tuple[CaseResult, Case]


class LabelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How well a scorer's classes match those expected."""

    scorer: str
    """The scorer's name."""
    figures: Classification
    """Accuracy, macro F1, and each class's precision, recall and F1."""
    missing: int
    """Cases without a class; they count against recall."""


class NumberFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How far a scorer's numbers lie from those expected."""

    scorer: str
    """The scorer's name."""
    mean_absolute_error: Interval
    """MAE, in the number's own unit, by the bootstrap."""
    root_mean_square_error: Interval
    """RMSE, in the same unit."""
    missing: int
    """Cases without a number; the errors leave them out."""


class AreaFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How well a scorer's values rank what people passed above what they failed."""

    scorer: str
    """The scorer's name."""
    area: Interval
    """Area under the ROC curve; one half is chance."""
    missing: int
    """Cases that people labelled and the scorer gave no value."""


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a run comes to beyond its pass rates."""

    labels: tuple[LabelFigures, ...] = ()
    """One for each scorer of classes."""
    numbers: tuple[NumberFigures, ...] = ()
    """One for each scorer of numbers."""
    areas: tuple[AreaFigures, ...] = ()
    """One for each scorer that cases hold people's verdicts about."""


def figures_of(run: EvalRun, cases: Sequence[Case], scorers: Sequence[Scorer]) -> RunFigures:
    """Return the figures of the run; none where no scorer gives classes or numbers and nobody judged the cases."""
    known = {case.id: (hash_case(case), case) for case in cases}
    pairs = [(one, known[one.case_id]) for one in run.results if one.case_id in known]
    asked = [(result, case) for result, (content, case) in pairs if content == result.case_hash]
    names = sorted({name for result, _ in asked for name in result.scores})
    labels = [_labels(one.name, asked, seed=run.id) for one in scorers if isinstance(one, LabelMatches)]
    numbers = [_numbers(one.name, asked, seed=run.id) for one in scorers if isinstance(one, NearNumber)]
    areas = [_area(name, asked) for name in names]
    return RunFigures(
        labels=tuple(one for one in labels if one),
        numbers=tuple(one for one in numbers if one),
        areas=tuple(one for one in areas if one),
    )


def _labels(name: str, asked: Sequence[Asked], *, seed: str) -> LabelFigures | None:
    counted = [(result, case) for result, case in asked if isinstance(case.expected.get("label"), str)]
    wanted = [cast("str", case.expected["label"]) for _, case in counted]
    given = [_label(result.scores.get(name)) for result, _ in counted]
    if len({*wanted}) < _FEWEST_CLASSES:
        return None
    return LabelFigures(
        scorer=name,
        figures=classification_figures(wanted, given, rng=_rng(seed), clusters=_clusters(counted)),
        missing=given.count(None),
    )


def _numbers(name: str, asked: Sequence[Asked], *, seed: str) -> NumberFigures | None:
    counted = [(result, case) for result, case in asked if isinstance(case.expected.get("number"), int | float)]
    given = [_number(result.scores.get(name)) for result, _ in counted]
    kept = [(pair, number) for pair, number in zip(counted, given, strict=True) if number is not None]
    if not kept:
        return None
    errors = np.array([number - cast("float", case.expected["number"]) for (_, case), number in kept])
    clusters = _clusters([pair for pair, _ in kept])

    def interval(figure: Callable[[np.ndarray], float]) -> Interval:
        return bootstrap_interval(figure, len(errors), rng=_rng(seed), clusters=clusters)

    return NumberFigures(
        scorer=name,
        mean_absolute_error=interval(lambda weights: float(np.average(np.abs(errors), weights=weights))),
        root_mean_square_error=interval(lambda weights: math.sqrt(np.average(np.square(errors), weights=weights))),
        missing=given.count(None),
    )


def _area(name: str, asked: Sequence[Asked]) -> AreaFigures | None:
    judged = [(result, verdict) for result, case in asked if (verdict := _verdict(case, name)) is not None]
    kept = [(value, verdict) for result, verdict in judged if (value := result.value_of(name)) is not None]
    if len({verdict for _, verdict in kept}) < _FEWEST_CLASSES:
        return None
    area = roc_area([value for value, _ in kept], [verdict for _, verdict in kept])
    return AreaFigures(scorer=name, area=area, missing=len(judged) - len(kept))


def _verdict(case: Case, name: str) -> bool | None:
    verdicts = case.expected.get("verdicts")
    found = cast("dict[str, object]", verdicts).get(name) if isinstance(verdicts, dict) else None
    return found if isinstance(found, bool) else None


def _label(score: Score | None) -> str | None:
    return score.label or None if score else None


def _number(score: Score | None) -> float | None:
    try:
        value = float(score.label) if score and score.label else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _clusters(asked: Sequence[Asked]) -> list[str]:
    """Return what each result shares with others: its cluster, else its case, since repeats are not independent."""
    return [result.cluster or f"case:{result.case_id}" for result, _ in asked]


def _rng(seed: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
