"""What retrieval is worth to a feature: its answers with passages against the same model's without; and its citations.

Called by the project's operations. Both runs ask the model; neither is kept as an evaluation of the feature, since the
dataset need not be the feature's own.
"""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np
from pydantic import BaseModel

from plimsoll.datasets import Dataset
from plimsoll.errors import InvalidFeature, InvalidRequest
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.retrieval.retrieval_figures import CONFIDENCE, RetrievalFigure, figure_of
from plimsoll.evals.retrieval.retrieval_run import cluster_of
from plimsoll.evals.run import run_dataset
from plimsoll.evals.run_settings import RunSettings
from plimsoll.evals.scorers import contains_expected, exact
from plimsoll.evals.scorers.citations_of_evidence import citation_precision, citation_recall
from plimsoll.features import Feature, Runtime
from plimsoll.records import Clock, Principal
from plimsoll.stats import PairedDifference, clustered_proportion, paired_mean

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)

_SCORERS = (citation_precision, citation_recall, contains_expected, exact)
_RIGHT = (contains_expected.name, exact.name)


class RetrievalWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature makes of retrieval."""

    feature: str
    """The feature."""
    citations: tuple[RetrievalFigure, ...]
    """Precision and recall of its citations, over the cases with evidence that it answered."""
    right: tuple[RetrievalFigure, ...]
    """Share of right answers with passages, and without; an abstention is not right. Empty where no case tells."""
    difference: PairedDifference | None
    """With minus without; above zero retrieval helps. None where the model was not asked without passages."""
    reason: str = ""
    """Why there is no difference; empty where there is one."""
    cost_usd: float | None
    """What both runs cost; None when a price is unknown."""


async def weigh_retrieval(
    feature: Feature[In, Out], dataset: Dataset, *, runtime: Runtime, clock: Clock, caller: Principal | None = None
) -> RetrievalWorth:
    """Run the feature on the dataset with and without retrieval, and return what the difference is.

    An answer is right where `expected.contains` or `expected.exact` says so; cases that expect an abstention, or
    neither, are left out. Raises InvalidRequest for a feature that does not retrieve.
    """
    if feature.retrieval is None:
        raise InvalidRequest(
            f"The feature {feature.name!r} does not retrieve, so retrieval is worth nothing to it.",
            next_step="Name a feature with retrieval=Retrieval(...).",
        )
    settings = RunSettings(scorers=_SCORERS, caller=caller)
    with_passages = await run_dataset(feature, dataset, runtime=runtime, clock=clock, settings=settings)
    bare = dataclasses.replace(feature, retrieval=None)
    try:
        without = await run_dataset(bare, dataset, runtime=runtime, clock=clock, settings=settings)
    except InvalidFeature as error:
        return _worth(feature.name, dataset, with_passages, without=None, reason=error.message)
    return _worth(feature.name, dataset, with_passages, without=without, reason="")


def _worth(
    feature: str, dataset: Dataset, with_passages: EvalRun, *, without: EvalRun | None, reason: str
) -> RetrievalWorth:
    ids = [case.id for case in dataset.cases if _tells(case.expected)]
    runs = {"right with passages": with_passages} | ({"right without passages": without} if without else {})
    rights = {name: _rights(run, ids) for name, run in runs.items()}
    with_passages = _by_document(with_passages, dataset)
    clusters = [cluster_of(case) or f"case:{case.id}" for case in dataset.cases if _tells(case.expected)]
    costs = [run.cost_usd for run in runs.values()]
    return RetrievalWorth(
        feature=feature,
        citations=tuple(
            figure_of(name, with_passages.results) for name in (citation_precision.name, citation_recall.name)
        ),
        right=tuple(
            RetrievalFigure(name=name, interval=clustered_proportion(hits, clusters, confidence=CONFIDENCE))
            for name, hits in rights.items()
            if hits
        ),
        difference=_difference(list(rights.values()), clusters, seed=with_passages.id),
        reason=reason if ids else "No case says what a right answer holds: write expected.contains or expected.exact.",
        cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
    )


def _tells(expected: dict[str, object]) -> bool:
    return expected.get("abstain") is not True and ("contains" in expected or "exact" in expected)


def _rights(run: EvalRun, ids: Sequence[str]) -> list[bool]:
    results = {one.case_id: one for one in run.results}
    return [_is_right(results[one]) for one in ids]


def _is_right(result: CaseResult) -> bool:
    told = [result.scores[name].passed for name in _RIGHT if name in result.scores]
    return bool(told) and all(told)


def _by_document(run: EvalRun, dataset: Dataset) -> EvalRun:
    """Return the run with questions about one document in one cluster."""
    clusters = {case.id: cluster_of(case) for case in dataset.cases}
    results = tuple(msgspec.structs.replace(one, cluster=clusters[one.case_id]) for one in run.results)
    return msgspec.structs.replace(run, results=results)


def _difference(rights: Sequence[Sequence[bool]], clusters: Sequence[str], *, seed: str) -> PairedDifference | None:
    if len(rights) != 2 or not clusters:  # noqa: PLR2004 - with and without
        return None
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
    with_passages, without = ([float(hit) for hit in hits] for hits in rights)
    return paired_mean(without, with_passages, rng=rng, clusters=clusters, confidence=CONFIDENCE)
