"""Runs a target over a dataset: each case a request, scored, and kept moments after it is done.

Called by the project's operations. It plans the run and its scorers; `running` does it. It changes nothing in how a
feature works, and judges no line.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel

from plimsoll.datasets import Dataset
from plimsoll.errors import InvalidFeature
from plimsoll.evals.asking import Asking
from plimsoll.evals.eval_run import EvalRun
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.resume import go_on
from plimsoll.evals.run_settings import RunProgress, RunSettings, check_bounds
from plimsoll.evals.running import Running
from plimsoll.evals.scorer_print import fingerprint_scorer
from plimsoll.evals.scorers import Judge, PairwiseJudge
from plimsoll.evals.target import Target
from plimsoll.evals.targets.feature_target import FeatureTarget
from plimsoll.features import Feature, Runtime
from plimsoll.line import Scorer
from plimsoll.records import Clock, new_id

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)


async def run_dataset(
    feature: Feature[In, Out],
    dataset: Dataset,
    *,
    runtime: Runtime,
    clock: Clock,
    evaluations: Evaluations | None = None,
    settings: RunSettings | None = None,
    progress: Callable[[RunProgress], None] | None = None,
    resume: EvalRun | None = None,
) -> EvalRun:
    """Run the feature on every case, score what it made of them, and return the run.

    With `evaluations` each result is kept a moment after it is there, so that a run that is cancelled, or whose process
    dies, keeps what it finished and stays marked as incomplete; `resume` goes on with such a run and asks only for what
    is not there. A run that its cost cap stops is returned incomplete. An input that the feature refuses is a result
    with the error class `validation`. Raises InvalidRequest for settings out of bounds and for a run that cannot go on,
    InvalidFeature for two scorers of one name, Overloaded where another process works on the run, and whatever the
    runtime raises instead of returning (a ProjectError).
    """
    chosen = settings or RunSettings()
    return await run_target(
        Evaluated(
            name=feature.name,
            target=FeatureTarget(feature, runtime, chosen.caller),
            scorers=choose_scorers(feature, chosen.scorers),
        ),
        dataset,
        clock=clock,
        settings=replace(chosen, model=chosen.model or feature.model),
        evaluations=evaluations,
        progress=progress,
        resume=resume,
    )


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """What is evaluated."""

    name: str
    """The name that its runs are kept under: a feature's, as a rule."""
    target: Target
    """What is asked."""
    scorers: tuple[Scorer, ...]
    """What judges its replies."""


async def run_target(
    evaluated: Evaluated,
    dataset: Dataset,
    *,
    clock: Clock,
    settings: RunSettings,
    evaluations: Evaluations | None = None,
    progress: Callable[[RunProgress], None] | None = None,
    resume: EvalRun | None = None,
) -> EvalRun:
    """Run any target on every case, as `run_dataset` runs a feature."""
    check_bounds(settings)
    run = EvalRun(
        id=new_id(clock),
        feature=evaluated.name,
        dataset=dataset.name,
        dataset_version=dataset.version,
        cases=len(dataset.cases),
        repeats=settings.repeats,
        concurrency=settings.concurrency,
        config_hash=settings.config_hash,
        model=settings.model,
        revision=settings.revision,
        scorers=_versions(evaluated.scorers, settings),
        experiment=settings.experiment,
        started_at=clock.now(),
    )
    asking = Asking(evaluated.target, scorers=evaluated.scorers, settings=settings, clock=clock)
    planned = go_on(run, resume) if resume else run
    running = Running(planned, asking, dataset=dataset, evaluations=evaluations, progress=progress)
    return await running.run(is_begun=resume is not None)


def _versions(scorers: tuple[Scorer, ...], settings: RunSettings) -> dict[str, str]:
    return {one.name: fingerprint_scorer(one, settings.scorer_versions.get(one.name, "")) for one in scorers}


def choose_scorers(feature: Feature[In, Out], extra: Sequence[Scorer] = ()) -> tuple[Scorer, ...]:
    """Return the scorers of the feature's line, then the extra ones, each once; InvalidFeature where names clash."""
    bars = feature.line.bars if feature.line else ()
    return name_scorers((*(bar.scorer for bar in bars if bar.scorer), *extra))


def name_scorers(scorers: Sequence[Scorer]) -> tuple[Scorer, ...]:
    """Return the scorers, each once; raises InvalidFeature where two different ones have one name."""
    chosen: dict[str, Scorer] = {}
    for scorer in scorers:
        if chosen.setdefault(scorer.name, scorer) != scorer:
            raise InvalidFeature(
                f"Two different scorers are named {scorer.name!r}.", next_step="Give one of them another name."
            )
    return tuple(chosen.values())


def judges_of(feature: Feature[In, Out], extra: Sequence[Scorer] = ()) -> tuple[Judge | PairwiseJudge, ...]:
    """Return those of the scorers that ask a model, so that their rubrics and models can be checked before a run."""
    return tuple(scorer for scorer in choose_scorers(feature, extra) if isinstance(scorer, Judge | PairwiseJudge))
