"""Examine a project and its machine: what is right, what is wrong, and what to do about it."""

import shutil
import socket
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from plimsoll.datasets import load_dataset
from plimsoll.errors import PlimsollError
from plimsoll.features import AnyFeature
from plimsoll.gateway import RedisState, examine_redis, find_model
from plimsoll.project.knowledge.schedule_checks import check_schedules
from plimsoll.project.knowledge.schedules import Schedules
from plimsoll.project.models.shared import require_shared
from plimsoll.project.parts import Parts
from plimsoll.project.reload import InForce
from plimsoll.project.settings import SETTINGS_FILE, Settings
from plimsoll.project.status import Check, ModelInUse
from plimsoll.records import Secret

_LEAST_FREE_MB = 500
_MEGABYTE = 1_000_000
_SLOW_REDIS_MS = 5.0
_SEVERITY = {"wrong": 0, "warning": 1, "ok": 2}


async def examine(
    folder: Path, in_force: InForce, *, features: Mapping[str, AnyFeature], parts: Parts, schedules: Schedules
) -> list[Check]:
    """Return every finding, worst first."""
    settings = in_force.settings
    checks = [
        _ok("python", f"Python {sys.version.split()[0]} on {sys.platform}."),
        _check_model(),
        *_check_models_in_use(parts),
        _check_disk(folder / settings.storage.folder),
        _check_port(settings),
        *_check_features(folder, features, parts),
        *[await _check_corpus(name, parts) for name in settings.knowledge if features],
        *await check_schedules(schedules, parts.clock.now()),
        await _check_keys(settings, parts),
        await _check_traces(parts),
        *_check_reload(in_force),
        *_check_workers(settings),
        *await _check_redis(parts.models.stands_on.redis),
    ]
    return sorted(checks, key=lambda check: _SEVERITY[check.state])


def _ok(name: str, message: str) -> Check:
    return Check(name=name, state="ok", message=message)


def _wrong(name: str, error: PlimsollError) -> Check:
    return Check(name=name, state="wrong", message=error.message, next_step=error.next_step)


def _check_model() -> Check:
    try:
        return _ok("embedding model", f"Ready in {str(find_model())!r}.")
    except PlimsollError as error:
        return _wrong("embedding model", error)


def _check_models_in_use(parts: Parts) -> list[Check]:
    return [_check_model_in_use(use) for use in parts.models.in_use]


def _check_model_in_use(use: ModelInUse) -> Check:
    name = f"model {use.alias}"
    if not use.missing_key:
        return _ok(name, f"{use.provider}/{use.model}: {use.because}.")
    message = f"{use.provider}/{use.model} cannot be called: ${use.missing_key} is not set."
    return Check(name=name, state="wrong", message=message, next_step=f"Set it: export {use.missing_key}=...")


def _check_disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free // _MEGABYTE
    if free >= _LEAST_FREE_MB:
        return _ok("disk", f"{free:,} MB are free.")
    message = f"Only {free:,} MB are free; databases and indexes may not fit."
    return Check(name="disk", state="warning", message=message, next_step="Make room, or move [storage] folder.")


def _check_port(settings: Settings) -> Check:
    host, port = settings.server.host, settings.server.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"{host}:{port} cannot be listened on: {error.strerror}."
            next_step = "Nothing, where this project is being served already; else: plimsoll serve --port 8001"
            return Check(name="port", state="warning", message=message, next_step=next_step)
    return _ok("port", f"{host}:{port} is free.")


def _check_features(folder: Path, features: Mapping[str, AnyFeature], parts: Parts) -> list[Check]:
    if not features:
        return [_ok("features", "The project defines none, and a gateway needs none.")]
    return [_check_feature(folder, feature, parts) for feature in features.values()]


def _check_feature(folder: Path, feature: AnyFeature, parts: Parts) -> Check:
    name = f"feature {feature.name}"
    try:
        parts.gateway.resolve(feature.model)
    except PlimsollError as error:
        return _wrong(name, error)
    if not (folder / feature.prompt).is_file():
        message = f"Its prompt {feature.prompt!r} does not exist."
        return Check(name=name, state="wrong", message=message, next_step="Write the file, or correct `prompt=`.")
    if feature.dataset is None:
        return Check(
            name=name, state="warning", message="It has no dataset, so no gate can judge it.", next_step="Add dataset=."
        )
    try:
        dataset = load_dataset(folder / "datasets" / f"{feature.dataset}.jsonl")
    except PlimsollError as error:
        return _wrong(name, error)
    return _ok(name, f"{feature.kind}, model {feature.model!r}, {len(dataset.cases)} cases.")


async def _check_corpus(name: str, parts: Parts) -> Check:
    try:
        corpus = await parts.corpora.get(name)
        stats = await corpus.stats()
    except PlimsollError as error:
        return _wrong(f"corpus {name}", error)
    if not stats.documents:
        message = "It holds no documents."
        return Check(name=f"corpus {name}", state="warning", message=message, next_step="plimsoll ingest")
    unused = parts.corpora.fitted(name).usable(corpus.embedder.fingerprint).unused
    if unused:
        again = f"plimsoll knowledge fit {name} DATASET"
        return Check(name=f"corpus {name}", state="warning", message=" ".join(unused), next_step=again)
    unread = f"; {stats.failed} could not be read" if stats.failed else ""
    return _ok(f"corpus {name}", f"{stats.documents} documents, {stats.chunks} chunks{unread}.")


async def _check_keys(settings: Settings, parts: Parts) -> Check:
    if await parts.keys.any_active():
        return _ok("access", "There are access keys.")
    return _ok("access", f"No access key: served on loopback only ({settings.server.host}).")


async def _check_traces(parts: Parts) -> Check:
    try:
        lost = await parts.traces.losses(since=parts.clock.now() - timedelta(days=7))
    except PlimsollError as error:
        return _wrong("traces", error)
    if not lost:
        return _ok("traces", "No step was lost in the last 7 days.")
    message = (
        f"{lost} steps were lost in the last 7 days: they found no room while the database was slow, down or full."
    )
    return Check(
        name="traces", state="warning", message=message, next_step="Look at the database and the disk of traces."
    )


def _check_reload(in_force: InForce) -> list[Check]:
    state = in_force.state
    if state.problem:
        return [Check(name="settings", state="wrong", message=state.problem, next_step=f"Correct {SETTINGS_FILE}.")]
    if state.waiting:
        message = f"Not in force until the next start: {', '.join(state.waiting)}."
        return [Check(name="settings", state="warning", message=message, next_step="Start the server again.")]
    return []


def _check_workers(settings: Settings) -> list[Check]:
    workers = settings.server.workers
    if workers == 1:
        return []
    try:
        require_shared(settings.gateway, workers=workers)
    except PlimsollError as error:
        return [_wrong("workers", error)]
    if settings.storage.url:
        return [_ok("workers", f"{workers} workers share one database and one Redis.")]
    message = f"{workers} workers share one SQLite file, which takes one writer at a time."
    return [Check(name="workers", state="warning", message=message, next_step="Name a PostgreSQL in [storage] url.")]


async def _check_redis(url: Secret | None) -> list[Check]:
    if url is None:
        return []
    try:
        state = await examine_redis(url)
    except PlimsollError as error:
        return [_wrong("redis", error)]
    return [judge_redis(state)]


def judge_redis(state: RedisState) -> Check:
    """Return whether a Redis that answers is one to keep limits in."""
    message = f"Redis {state.version} answers in {state.latency_ms:.1f} ms."
    if not state.keeps_counts:
        message += f" When its {state.most_bytes // _MEGABYTE:,} MB are full, {state.eviction!r} "
        message += "refuses to count." if state.eviction == "noeviction" else "may forget what counts against limits."
        return Check(
            name="redis", state="warning", message=message, next_step="CONFIG SET maxmemory-policy volatile-lru"
        )
    if state.latency_ms > _SLOW_REDIS_MS:
        return Check(
            name="redis",
            state="warning",
            message=f"{message} Each limited call waits for it twice.",
            next_step="Put it nearer to the server.",
        )
    return _ok("redis", message)
