"""What a run over a corpus says: each measure with its interval, over all cases and by tag; and against another run.

Pure. Called by the project's operations and by the report. Questions about one document are a cluster.
"""

import hashlib
import math
from collections.abc import Sequence

import msgspec
import numpy as np

from plimsoll.errors import InvalidRequest
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.pairing import common_cases
from plimsoll.evals.retrieval.retrieval_run import RetrievalRun, corpus_of
from plimsoll.evals.retrieval.retrieved_case import ANSWERABILITY, MRR, NDCG, RetrievedCase, measure_names, recall_name
from plimsoll.records import Interval, Outcome
from plimsoll.stats import PairedDifference, bounded_mean, paired_mean, roc_area

CONFIDENCE = 0.95
"""Coverage of every interval."""
_MOST_TAGS = 20


class RetrievalFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure over some cases."""

    name: str
    """What is measured, e.g. `recall@5`."""
    tag: str = ""
    """The tag whose cases were looked at; empty for all."""
    interval: Interval | None
    """The figure with its 95 % interval; None where no case counts."""
    missing: int = 0
    """Cases that count and could not be measured."""

    @property
    def is_told(self) -> bool:
        """Tell whether any case counts."""
        return self.interval is not None or self.missing > 0


class RetrievalDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of this run minus that of another, over the cases that both have."""

    name: str
    """What is measured."""
    paired: PairedDifference
    """The difference; above zero this run is better."""
    better: tuple[str, ...]
    """Cases that are better now."""
    worse: tuple[str, ...]
    """Cases that are worse now."""


class RetrievalFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a run says."""

    overall: tuple[RetrievalFigure, ...]
    """Recall, MRR and nDCG over the cases with evidence; then how well the corpus knows what it cannot answer."""
    by_tag: tuple[RetrievalFigure, ...]
    """Recall, MRR and nDCG of each tag, the most frequent tags first."""
    worst: tuple[RetrievedCase, ...]
    """The cases whose evidence was found last or not at all, worst first."""


def summarise_retrieval(run: RetrievalRun, *, worst: int = 10) -> RetrievalFigures:
    """Return the figures of a run and its worst cases."""
    results = run.run.results
    names = measure_names(run.k)
    return RetrievalFigures(
        overall=(*(figure_of(name, results) for name in names), *_answerability(run)),
        by_tag=tuple(
            figure
            for tag in _tags(results)
            for name in names
            if (figure := figure_of(name, [one for one in results if tag in one.tags], tag=tag)).is_told
        ),
        worst=_worst(run, worst),
    )


def compare_retrieval(run: EvalRun, baseline: EvalRun) -> tuple[RetrievalDifference, ...]:
    """Return the paired difference of every measure that both runs have, this run minus the baseline.

    Raises InvalidRequest where the baseline is no run over a corpus or shares no measured case with this one.
    """
    if not corpus_of(baseline):
        raise InvalidRequest(
            f"The run {baseline.id[:12]!r} is of the feature {baseline.feature!r}, not of a corpus.",
            next_step="`plimsoll knowledge eval` prints the id of each run.",
        )
    shared = common_cases(run, baseline)
    names = [MRR, NDCG, *sorted({name for one in run.results for name in one.scores if name.startswith("recall@")})]
    found = [_difference(name, run, baseline, shared=shared) for name in sorted(names)]
    differences = tuple(one for one in found if one is not None)
    if not differences:
        raise InvalidRequest(
            f"The run {baseline.id[:12]!r} has no case in common with this one, or was made with another --k.",
            next_step="Compare runs of one dataset.",
        )
    return differences


def figure_of(name: str, results: Sequence[CaseResult], *, tag: str = "") -> RetrievalFigure:
    """Return the mean of a score over the results that it applies to, with its interval by cluster."""
    counted = [one for one in results if name not in one.inapplicable]
    told = [(value, one) for one in counted if (value := one.value_of(name)) is not None]
    return RetrievalFigure(
        name=name,
        tag=tag,
        interval=_interval([value for value, _ in told], [one for _, one in told]) if told else None,
        missing=len(counted) - len(told),
    )


def _interval(values: Sequence[float], results: Sequence[CaseResult]) -> Interval:
    return bounded_mean(values, [one.cluster or f"case:{one.case_id}" for one in results], confidence=CONFIDENCE)


def _answerability(run: RetrievalRun) -> list[RetrievalFigure]:
    """Return the area under the ROC curve, and precision and recall of abstaining; none without unanswerable cases."""
    known = [one for one in run.run.results if one.value_of(ANSWERABILITY) is not None and _is_known(one, run)]
    impossible = [one for one in known if one.case_id in run.unanswerable]
    if not impossible or len(impossible) == len(known):
        return []
    area = roc_area(
        [one.value_of(ANSWERABILITY) or 0.0 for one in known],
        [one.case_id not in run.unanswerable for one in known],
        clusters=[one.cluster or f"case:{one.case_id}" for one in known],
        confidence=CONFIDENCE,
    )
    abstained = [one for one in known if one.outcome is Outcome.ABSTAINED]
    return [
        RetrievalFigure(name="answerability AUC", interval=area),
        _share("abstention precision", abstained, [one.case_id in run.unanswerable for one in abstained]),
        _share("abstention recall", impossible, [one.outcome is Outcome.ABSTAINED for one in impossible]),
    ]


def _is_known(result: CaseResult, run: RetrievalRun) -> bool:
    """Tell whether the case says that it can be answered, or that it cannot."""
    return result.case_id in run.unanswerable or not result.inapplicable


def _share(name: str, results: Sequence[CaseResult], hits: Sequence[bool]) -> RetrievalFigure:
    return RetrievalFigure(name=name, interval=_interval([float(hit) for hit in hits], results) if hits else None)


def _tags(results: Sequence[CaseResult]) -> list[str]:
    counts: dict[str, int] = {}
    for one in results:
        for tag in set(one.tags):
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts, key=lambda tag: (-counts[tag], tag))[:_MOST_TAGS]


def _worst(run: RetrievalRun, most: int) -> tuple[RetrievedCase, ...]:
    def badness(case: RetrievedCase) -> tuple[float, ...]:
        values = [case.scores[name].value or 0.0 for name in (recall_name(run.k), MRR, NDCG) if name in case.scores]
        return tuple(values) if values else (-1.0,)

    measured = [case for case in run.cases if case.outcome is Outcome.FAILED or MRR in case.scores]
    short = [case for case in measured if min(badness(case)) < 1]
    return tuple(sorted(short, key=badness)[:most])


def _difference(name: str, run: EvalRun, baseline: EvalRun, *, shared: set[str]) -> RetrievalDifference | None:
    before = {one.case_id: one.value_of(name) for one in baseline.results}
    pairs = [
        (one, old, new)
        for one in run.results
        if one.case_id in shared
        and (old := before.get(one.case_id)) is not None
        and (new := one.value_of(name)) is not None
    ]
    if not pairs:
        return None
    seed = int.from_bytes(hashlib.sha256(f"{name} {run.id} {baseline.id}".encode()).digest()[:8])
    paired = paired_mean(
        [old for _, old, _ in pairs],
        [new for _, _, new in pairs],
        rng=np.random.default_rng(seed),
        clusters=[one.cluster or f"case:{one.case_id}" for one, _, _ in pairs],
        confidence=CONFIDENCE,
    )
    return RetrievalDifference(
        name=name,
        paired=paired,
        better=tuple(one.case_id for one, old, new in pairs if new > old and not math.isclose(new, old)),
        worse=tuple(one.case_id for one, old, new in pairs if new < old and not math.isclose(new, old)),
    )
