"""Open a project: read its settings, open its stores, bind its features to a runner; close all of it in reverse."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from plimsoll.access import Allowances, Keys
from plimsoll.datasets import StoredDatasets
from plimsoll.evals import Calibrations, Evaluations, OnlineScoring
from plimsoll.features import FeatureRunner, PromptVersions, bind_runtime
from plimsoll.gateway import Gateway, Spend
from plimsoll.knowledge import ParseLimits
from plimsoll.project.definitions import load_features
from plimsoll.project.knowledge.corpora import Corpora
from plimsoll.project.knowledge.sources import declare_sources
from plimsoll.project.models.embedded import EmbeddedOnDemand
from plimsoll.project.models.embedding import EmbeddingModels
from plimsoll.project.models.models import Surroundings, open_models
from plimsoll.project.models.retrieval import RetrievalModels
from plimsoll.project.models.shared import fill_in
from plimsoll.project.parts import Parts
from plimsoll.project.project import Project
from plimsoll.project.reload import InForce
from plimsoll.project.settings import Settings, read_settings
from plimsoll.project.traces.export import open_trace_export
from plimsoll.project.traces.redaction import make_redaction
from plimsoll.project.trials import KeptTrials, Trials
from plimsoll.project.work import WorkBoard
from plimsoll.records import Clock, Secret, SystemClock
from plimsoll.store import Schema, Store
from plimsoll.traces import Capture, SpanExporter, Traces, TraceViews

_MEGABYTE = 1_000_000


@asynccontextmanager
async def open_project(
    path: Path | str = ".", *, clock: Clock | None = None, environ: Mapping[str, str] | None = None
) -> AsyncGenerator[Project]:
    """Open the project in the folder; its features can be called inside the block.

    Raises:
        NoProject, InvalidSettings, InvalidFeature: a file must change.
        StoreUnavailable, DiskFull: the machine must.

    """
    folder = _absolute(path)
    settings = read_settings(folder)
    features = load_features(folder)
    surroundings = os.environ if environ is None else environ
    async with AsyncExitStack() as stack:
        clock = clock or SystemClock()
        parts = await _assemble(stack, folder=folder, settings=settings, environ=surroundings, clock=clock)
        stack.enter_context(bind_runtime(parts.runner))
        # Begun inside the binding: judges are features, and are run by this project.
        await parts.online.start()
        stack.push_async_callback(parts.online.close)
        stack.push_async_callback(parts.trials.close)
        in_force = InForce(folder, settings, models=parts.models, forget=parts.runner.forget, clock=parts.clock)
        yield Project(folder=folder, in_force=in_force, features=features, parts=parts)


def _absolute(path: Path | str) -> Path:
    return Path(path).resolve()


async def _assemble(
    stack: AsyncExitStack, *, folder: Path, settings: Settings, environ: Mapping[str, str], clock: Clock
) -> Parts:
    database = store_url(folder, settings, "state", environ=environ)
    state = await _open_store(stack, database, schema="state", clock=clock)
    telemetry = await _open_telemetry(stack, folder, settings, environ=environ, clock=clock)
    capture = telemetry.capture
    around = Surroundings(
        settings=settings, environ=environ, embedded=EmbeddedOnDemand(), capture=capture, clock=clock, database=database
    )
    allowances = await _start_allowances(stack, state, clock)
    models = await open_models(stack, around, state=state, allowances=allowances)
    corpora = _open_corpora(stack, around, folder=folder, state=state, gateway=models.gateway)
    prompts = _open_prompts(stack, state, clock)
    online = OnlineScoring(telemetry.traces, clock)
    return Parts(
        clock=clock,
        state=state,
        telemetry=telemetry.store,
        capture=capture,
        exporter=telemetry.exporter,
        traces=telemetry.traces,
        views=TraceViews(state, clock),
        keys=Keys(state, clock),
        allowances=allowances,
        evaluations=Evaluations(state, clock),
        calibrations=Calibrations(state),
        datasets=StoredDatasets(state, clock),
        gateway=models.gateway,
        spend=Spend(state, clock),
        ledger=models.stands_on.ledger,
        trials=Trials(KeptTrials(state, clock)),
        work=WorkBoard(folder / settings.storage.folder / "work", clock),
        embedded=around.embedded,
        corpora=corpora,
        models=models,
        prompts=prompts,
        online=online,
        runner=_make_runner(models.gateway, corpora, prompts, around=around, folder=folder, online=online),
    )


class _Telemetry(NamedTuple):
    store: Store
    traces: Traces
    capture: Capture
    exporter: SpanExporter | None


async def _open_telemetry(
    stack: AsyncExitStack, folder: Path, settings: Settings, *, environ: Mapping[str, str], clock: Clock
) -> _Telemetry:
    url = store_url(folder, settings, "traces", environ=environ)
    store = await _open_store(stack, url, schema="traces", clock=clock)
    redact = make_redaction(settings.traces, folder=folder, environ=environ)
    capture = await _start_capture(stack, Capture(store, clock, redact=redact))
    export = settings.traces.export
    exporter = await open_trace_export(stack, export, capture, redact=redact, environ=environ, clock=clock)
    return _Telemetry(store, Traces(store, redact=redact), capture, exporter)


def _open_prompts(stack: AsyncExitStack, state: Store, clock: Clock) -> PromptVersions:
    prompts = PromptVersions(state, clock)
    stack.push_async_callback(prompts.close)
    return prompts


def _make_runner(
    gateway: Gateway,
    corpora: Corpora,
    prompts: PromptVersions,
    *,
    around: Surroundings,
    folder: Path,
    online: OnlineScoring,
) -> FeatureRunner:
    return FeatureRunner(
        gateway=gateway,
        retrievers=corpora.retrievers(),
        root=folder,
        tracer=around.capture.tracer,
        clock=around.clock,
        prompts=prompts,
        when_finished=online.take,
    )


def _open_corpora(
    stack: AsyncExitStack, around: Surroundings, *, folder: Path, state: Store, gateway: Gateway
) -> Corpora:
    settings = around.settings
    limits = ParseLimits(max_file_bytes=settings.limits.max_file_mb * _MEGABYTE)
    sources = {
        name: declare_sources(corpus, root=folder, environ=around.environ, max_file_bytes=limits.max_file_bytes)
        for name, corpus in settings.knowledge.items()
    }
    corpora = Corpora(
        settings.knowledge,
        store=state,
        folder=folder / settings.storage.folder,
        tracer=around.capture.tracer,
        clock=around.clock,
        limits=limits,
        models=RetrievalModels(gateway, folder=folder),
        embedding=EmbeddingModels(
            around.embedded,
            gateway,
            tracer=around.capture.tracer,
            folder=folder,
            kept=folder / settings.storage.folder / "vector_lengths.json",
        ),
    )
    corpora.declare(sources)
    stack.push_async_callback(corpora.close)
    return corpora


async def _open_store(stack: AsyncExitStack, url: Secret, *, schema: Schema, clock: Clock) -> Store:
    store = await Store.open(url, schema=schema, clock=clock)
    stack.push_async_callback(store.close)
    return store


async def _start_capture(stack: AsyncExitStack, capture: Capture) -> Capture:
    await capture.start()
    stack.push_async_callback(capture.close)
    return capture


async def _start_allowances(stack: AsyncExitStack, state: Store, clock: Clock) -> Allowances:
    allowances = Allowances(state, clock)
    await allowances.start()
    stack.push_async_callback(allowances.close)
    return allowances


def store_url(folder: Path, settings: Settings, schema: Schema, *, environ: Mapping[str, str]) -> Secret:
    """Return the URL of a database: the declared one, or a file of its own, so that traces never block the state."""
    if settings.storage.url:
        return Secret(fill_in(settings.storage.url, environ, key="storage.url"))
    return Secret(f"sqlite:///{folder / settings.storage.folder / schema}.db")
