"""How good a corpus is at finding what a dataset asks for: the operation behind `plimsoll knowledge eval`."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from plimsoll.datasets import Dataset
from plimsoll.evals import (
    EvalRun,
    RetrievalDifference,
    RetrievalFigures,
    RetrievalRun,
    RetrievalSettings,
    RetrievalWorth,
    compare_retrieval,
    read_revision,
    run_retrieval,
    summarise_retrieval,
    weigh_retrieval,
)
from plimsoll.features import AnyFeature
from plimsoll.knowledge import RetrievalResult
from plimsoll.project.operation_span import operation_span
from plimsoll.project.parts import Parts
from plimsoll.records import Principal


class RetrievalEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one evaluation of retrieval found."""

    run: RetrievalRun
    """The run."""
    figures: RetrievalFigures
    """What it says."""
    baseline: str = ""
    """Id of the run that it is compared with; empty without one."""
    differences: tuple[RetrievalDifference, ...] = ()
    """This run minus that one."""
    worth: RetrievalWorth | None = None
    """What a feature makes of retrieval; None where none was named."""


class RetrievalAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be evaluated."""

    corpus: str
    """The corpus."""
    k: int = 5
    """Places that recall looks at."""
    caller: Principal
    """Who asks: documents that they may not read are not found."""
    feature: AnyFeature | None = None
    """The feature whose citations and answers are looked at as well."""
    baseline: EvalRun | None = None
    """The run to compare with."""


async def evaluate_retrieval(
    folder: Path,
    parts: Parts,
    asked: RetrievalAsked,
    *,
    dataset: Dataset,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalEvaluation:
    """Run the dataset over the corpus, and over the feature with and without passages where one is named."""
    run = await _run(folder, parts, asked, dataset=dataset, progress=progress)
    worth = None
    if asked.feature is not None:
        worth = await weigh_retrieval(
            asked.feature, dataset, runtime=parts.runner, clock=parts.clock, caller=asked.caller
        )
    return RetrievalEvaluation(
        run=run,
        figures=summarise_retrieval(run),
        baseline=asked.baseline.id if asked.baseline else "",
        differences=compare_retrieval(run.run, asked.baseline) if asked.baseline else (),
        worth=worth,
    )


async def _run(
    folder: Path,
    parts: Parts,
    asked: RetrievalAsked,
    *,
    dataset: Dataset,
    progress: Callable[[int, int], None] | None,
) -> RetrievalRun:
    corpus = await parts.corpora.get(asked.corpus)
    serving = (await corpus.migration.state()).models

    async def retrieve(question: str, passages: int) -> RetrievalResult:
        return await corpus.retrieve(question, passages=passages, caller=asked.caller)

    settings = RetrievalSettings(
        corpus=asked.corpus,
        k=asked.k,
        asker=asked.caller.id,
        model=serving.fingerprint[:16],
        revision=read_revision(folder),
    )
    tracer, name = parts.capture.tracer, f"measure {asked.corpus}"
    with operation_span(tracer, name, caller=asked.caller, dataset=dataset.name):
        return await run_retrieval(
            dataset, retrieve, settings=settings, clock=parts.clock, evaluations=parts.evaluations, progress=progress
        )
