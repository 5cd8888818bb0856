"""Evaluate what is no feature: an async function of yours, or an HTTP endpoint. No project is needed.

Called by users and by the project's operations. The runs are the same records, made by the same code, as a feature's.
"""

import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from plimsoll.datasets import Dataset, load_dataset, version_of
from plimsoll.errors import InvalidDataset
from plimsoll.evals.eval_run import EvalRun
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.experiment import Experiment
from plimsoll.evals.run import Evaluated, name_scorers, run_target
from plimsoll.evals.run_settings import RunProgress, RunSettings
from plimsoll.evals.scorer_print import fingerprint
from plimsoll.evals.targets.endpoint import Endpoint
from plimsoll.evals.targets.endpoint_target import opened_endpoint
from plimsoll.evals.targets.function_target import CaseFunction, FunctionTarget
from plimsoll.line import Scorer
from plimsoll.records import Case, Clock, SystemClock
from plimsoll.store import Store


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run of what is no feature is kept, and which one goes on."""

    file: Path
    """An SQLite file, made where it is missing; a project's is `.plimsoll/state.db`."""
    resume: str = ""
    """The interrupted run to go on with, by its id or the beginning of it; empty for a new run."""


async def evaluate_function(
    function: CaseFunction,
    dataset: Dataset | Path | Sequence[Case],
    *,
    scorers: Sequence[Scorer],
    name: str = "",
    timeout_seconds: float = 60.0,
    settings: RunSettings | None = None,
    keeping: Keeping | None = None,
    progress: Callable[[RunProgress], None] | None = None,
) -> EvalRun:
    """Call an async function with the input of every case, score what it returns, and return the run.

    The run is named after the function unless `name` is given. What the function raises is a failure of that case,
    missing where it is a time-out or an OSError; InvalidRequest refuses the input. Raises InvalidFeature for a function
    that is not async and for scorers of one name, InvalidDataset, and what `run_dataset` raises.
    """
    clock = SystemClock()
    chosen = name or getattr(function, "__name__", type(function).__name__)
    evaluated = Evaluated(
        name=chosen,
        target=FunctionTarget(function, clock=clock, timeout_seconds=timeout_seconds),
        scorers=name_scorers((*scorers, *(settings.scorers if settings else ()))),
    )
    made = _record(settings, target="function", asked=chosen, config_hash=fingerprint([function, timeout_seconds]))
    return await _run(evaluated, dataset, clock=clock, settings=made, keeping=keeping, progress=progress)


async def evaluate_endpoint(
    endpoint: Endpoint,
    dataset: Dataset | Path | Sequence[Case],
    *,
    scorers: Sequence[Scorer],
    name: str = "",
    environ: Mapping[str, str] | None = None,
    settings: RunSettings | None = None,
    keeping: Keeping | None = None,
    progress: Callable[[RunProgress], None] | None = None,
) -> EvalRun:
    """Send every case to an HTTP endpoint, score what it replies, and return the run.

    The run is named after the host and path unless `name` is given. Secrets come from `environ`, by default this
    process's. Raises InvalidSettings for a secret that is not set and for a status that every case would meet (401,
    404, a redirect), and what `evaluate_function` raises.
    """
    clock, place = SystemClock(), urlsplit(endpoint.url)
    chosen = name or f"{place.hostname}{place.path}"
    async with opened_endpoint(endpoint, environ=os.environ if environ is None else environ, clock=clock) as target:
        evaluated = Evaluated(
            name=chosen, target=target, scorers=name_scorers((*scorers, *(settings.scorers if settings else ())))
        )
        made = _record(settings, target="endpoint", asked=chosen, config_hash=fingerprint(endpoint))
        return await _run(evaluated, dataset, clock=clock, settings=made, keeping=keeping, progress=progress)


def _record(settings: RunSettings | None, *, target: str, asked: str, config_hash: str) -> RunSettings:
    given = settings or RunSettings()
    experiment = given.experiment if given.experiment != Experiment() else Experiment(target=target)
    return replace(
        given,
        config_hash=given.config_hash or config_hash,
        model=given.model or asked,
        experiment=replace(experiment, target=target),
    )


async def _run(
    evaluated: Evaluated,
    dataset: Dataset | Path | Sequence[Case],
    *,
    clock: Clock,
    settings: RunSettings,
    keeping: Keeping | None,
    progress: Callable[[RunProgress], None] | None,
) -> EvalRun:
    cases = _load(dataset, evaluated.name)
    if keeping is None:
        return await run_target(evaluated, cases, clock=clock, settings=settings, progress=progress)
    async with _opened(keeping.file, clock) as evaluations:
        return await run_target(
            evaluated,
            cases,
            clock=clock,
            settings=settings,
            evaluations=evaluations,
            progress=progress,
            resume=await evaluations.get(keeping.resume) if keeping.resume else None,
        )


def _load(dataset: Dataset | Path | Sequence[Case], name: str) -> Dataset:
    if isinstance(dataset, Dataset):
        return dataset
    if isinstance(dataset, Path):
        return load_dataset(dataset)
    cases = list(dataset)
    if not cases:
        raise InvalidDataset(f"There is no case for {name!r}.", next_step="Give at least one Case.")
    twins = len(cases) - len({case.id for case in cases})
    if twins:
        raise InvalidDataset(f"{twins} of the cases have an id that another one has.", next_step="Give each its own.")
    return Dataset(name=name, cases=tuple(cases), version=version_of(cases))


@asynccontextmanager
async def _opened(file: Path, clock: Clock) -> AsyncGenerator[Evaluations]:
    store = await Store.open(f"sqlite:///{file}", schema="state", clock=clock)
    try:
        yield Evaluations(store, clock)
    finally:
        await store.close()
