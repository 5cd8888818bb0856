"""One evaluation of a feature from what was asked to a kept run: checked, estimated, run, scored traces and all.

Called by `Evals`. The running itself is done by `evals`.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
from msgspec.structs import replace

from plimsoll.datasets import Dataset
from plimsoll.errors import NotFound
from plimsoll.evals import (
    EvalRun,
    Experiment,
    RunProgress,
    RunSettings,
    check_bounds,
    judges_of,
    read_dirt,
    read_revision,
    run_dataset,
)
from plimsoll.features import AnyFeature
from plimsoll.knowledge import identify_content
from plimsoll.project.evals.asked import NEWEST, CostEstimate, EvalAsked
from plimsoll.project.evals.cost import estimate_cost, require_within
from plimsoll.project.evals.environment import describe_environment
from plimsoll.project.evals.fitting import require_fitting
from plimsoll.project.parts import Parts


class EvalWatch(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told how an evaluation goes."""

    estimate: Callable[[CostEstimate], None] | None = None
    """Told once, before the first request, what the run will probably cost."""
    progress: Callable[[RunProgress], None] | None = None
    """Told after each request how far the run has come."""


async def evaluate_feature(
    parts: Parts, folder: Path, feature: AnyFeature, *, dataset: Dataset, asked: EvalAsked, watch: EvalWatch
) -> EvalRun:
    """Run the feature over the dataset as asked, and keep the run; scores go to their traces when it is complete."""
    feature = _vary(feature, asked)
    require_fitting(dataset, feature)
    resumed = await _find_interrupted(parts, feature.name, asked.resume) if asked.resume else None
    settings = await _settle(parts, folder, feature, asked=_with_repeats(asked, resumed))
    check_bounds(settings)
    estimate = await estimate_cost(parts, feature, dataset, repeats=settings.repeats, resumed=resumed)
    if watch.estimate:
        watch.estimate(estimate)
    require_within(estimate, asked.max_cost_usd)
    with parts.work.under_way("evaluation", feature.name) as told:
        run = await run_dataset(
            feature,
            dataset,
            runtime=parts.runner,
            evaluations=parts.evaluations,
            settings=replace(settings, usd_per_request=estimate.usd_per_request or 0.0),
            clock=parts.clock,
            progress=told.of_run(watch.progress),
            resume=resumed,
        )
    if run.is_complete:
        await parts.traces.add_scores(run.scores)
    return run


def _vary(feature: AnyFeature, asked: EvalAsked) -> AnyFeature:
    """Return the feature with the model and the prompt that are asked for in place of its own."""
    if not asked.variant:
        return feature
    return dataclasses.replace(feature, model=asked.model or feature.model, prompt=asked.prompt or feature.prompt)


async def _find_interrupted(parts: Parts, feature: str, run_id: str) -> EvalRun:
    if run_id != NEWEST:
        return await parts.evaluations.get(run_id)
    found = await parts.evaluations.latest_interrupted(feature)
    if found is None:
        raise NotFound(
            f"No run of {feature!r} was interrupted, so there is nothing to go on with.",
            next_step=f"Begin a new one: plimsoll eval {feature}",
        )
    return found


def _with_repeats(asked: EvalAsked, resumed: EvalRun | None) -> EvalAsked:
    if asked.repeats is not None:
        return asked
    return replace(asked, repeats=resumed.repeats if resumed else 1)


async def _settle(parts: Parts, folder: Path, feature: AnyFeature, *, asked: EvalAsked) -> RunSettings:
    """Return how the feature is run; raises InvalidFeature where a prompt, a model or a judge's rubric is missing."""
    configuration = parts.runner.check(feature)
    judges = {
        judge.name: parts.runner.check(cast("AnyFeature", judge.feature)).config_hash for judge in judges_of(feature)
    }
    revision = read_revision(folder)
    return RunSettings(
        concurrency=asked.concurrency,
        repeats=1 if asked.repeats is None else asked.repeats,
        max_cost_usd=asked.max_cost_usd,
        config_hash=configuration.config_hash,
        model=configuration.model,
        revision=revision,
        scorer_versions=judges,
        experiment=Experiment(
            variant=asked.variant,
            prompt=configuration.prompt_path,
            prompt_hash=configuration.prompt_hash,
            alias=feature.model,
            parameters={**configuration.parameters},
            parts=configuration.parts,
            knowledge=await _identify_knowledge(parts, feature),
            is_dirty=await read_dirt(folder) if revision else None,
            environment=describe_environment(),
        ),
    )


async def _identify_knowledge(parts: Parts, feature: AnyFeature) -> dict[str, str]:
    if feature.retrieval is None:
        return {}
    corpus = feature.retrieval.corpus
    return {corpus: await identify_content(parts.state, corpus)}
