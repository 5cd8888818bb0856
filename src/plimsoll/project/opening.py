"""Open a project: read its settings, open its stores, bind its features to a runner; close all of it in reverse."""

import os
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from plimsoll.access import Keys
from plimsoll.errors import InvalidSettings
from plimsoll.evals import Evaluations
from plimsoll.features import FeatureRunner, bind_runtime
from plimsoll.gateway import Gateway, Provider
from plimsoll.knowledge import ParseLimits
from plimsoll.project.choosing import choose_models, make_providers, make_target, name_listed_model
from plimsoll.project.corpora import Corpora
from plimsoll.project.definitions import load_features
from plimsoll.project.embedded import EmbeddedOnDemand
from plimsoll.project.parts import Parts
from plimsoll.project.project import Project
from plimsoll.project.settings import SETTINGS_FILE, Settings, read_settings
from plimsoll.project.status import ModelInUse
from plimsoll.records import Clock, Secret, SystemClock
from plimsoll.store import Schema, Store
from plimsoll.traces import Capture, Redact, Traces, redact_secrets

_MEGABYTE = 1_000_000
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def _drop_content(_: str) -> str:
    return ""


_REDACTION: dict[str, Redact] = {"redacted": redact_secrets, "off": _drop_content}


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
        parts = await _assemble(stack, folder=folder, settings=settings, environ=surroundings, clock=clock)
        stack.enter_context(bind_runtime(parts.runner))
        yield Project(folder=folder, settings=settings, features=features, parts=parts)


def _absolute(path: Path | str) -> Path:
    return Path(path).resolve()


async def _assemble(
    stack: AsyncExitStack, *, folder: Path, settings: Settings, environ: Mapping[str, str], clock: Clock | None
) -> Parts:
    clock = clock or SystemClock()
    state = await _open_store(stack, folder=folder, settings=settings, schema="state", clock=clock)
    traces = await _open_store(stack, folder=folder, settings=settings, schema="traces", clock=clock)
    capture = Capture(traces, clock, redact=_REDACTION[settings.traces.content])
    await capture.start()
    stack.push_async_callback(capture.close)
    embedded = EmbeddedOnDemand()
    gateway, in_use = await _open_gateway(
        stack, settings=settings, environ=environ, embedded=embedded, capture=capture, clock=clock
    )
    corpora = Corpora(
        settings.knowledge,
        store=state,
        folder=folder / settings.storage.folder,
        embedded=embedded,
        tracer=capture.tracer,
        clock=clock,
        limits=ParseLimits(max_file_bytes=settings.limits.max_file_mb * _MEGABYTE),
    )
    stack.push_async_callback(corpora.close)
    return Parts(
        clock=clock,
        state=state,
        capture=capture,
        traces=Traces(traces),
        keys=Keys(state, clock),
        evaluations=Evaluations(state, clock),
        gateway=gateway,
        embedded=embedded,
        corpora=corpora,
        models=in_use,
        runner=FeatureRunner(
            gateway=gateway, retrievers=corpora.retrievers(), root=folder, tracer=capture.tracer, clock=clock
        ),
    )


async def _open_store(
    stack: AsyncExitStack, *, folder: Path, settings: Settings, schema: Schema, clock: Clock
) -> Store:
    store = await Store.open(store_url(folder, settings, schema), schema=schema, clock=clock)
    stack.push_async_callback(store.close)
    return store


def store_url(folder: Path, settings: Settings, schema: Schema) -> Secret:
    """Return the URL of a database: the declared one, or a file of its own, so that traces never block the state."""
    if settings.storage.url:
        return Secret(_fill_in(settings.storage.url))
    return Secret(f"sqlite:///{folder / settings.storage.folder / schema}.db")


def _fill_in(url: str) -> str:
    unset = [name for name in _VARIABLE.findall(url) if name not in os.environ]
    if unset:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: storage.url names ${unset[0]}, which is not set.",
            next_step=f"Set it: export {unset[0]}=...",
        )
    return os.path.expandvars(url)


async def _open_gateway(
    stack: AsyncExitStack,
    *,
    settings: Settings,
    environ: Mapping[str, str],
    embedded: EmbeddedOnDemand,
    capture: Capture,
    clock: Clock,
) -> tuple[Gateway, tuple[ModelInUse, ...]]:
    chosen = choose_models(settings, environ)
    clients = make_providers(settings, environ)
    in_use = tuple([await name_listed_model(use, clients) for use in chosen])
    providers: dict[str, Provider] = {embedded.name: embedded, **clients}
    targets = {use.alias: make_target(use, settings.models[use.alias]) for use in in_use}
    gateway = Gateway(providers, targets, tracer=capture.tracer, clock=clock)
    stack.push_async_callback(gateway.close)
    return gateway, in_use
