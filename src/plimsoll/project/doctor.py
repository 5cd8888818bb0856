"""Examine a project and its machine: what is right, what is wrong, and what to do about it."""

import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from plimsoll.errors import PlimsollError
from plimsoll.evals import load_dataset
from plimsoll.features import AnyFeature
from plimsoll.gateway import find_model
from plimsoll.project.parts import Parts
from plimsoll.project.settings import Settings
from plimsoll.project.status import Check

_LEAST_FREE_MB = 500
_MEGABYTE = 1_000_000
_SEVERITY = {"wrong": 0, "warning": 1, "ok": 2}


async def examine(folder: Path, settings: Settings, *, features: Mapping[str, AnyFeature], parts: Parts) -> list[Check]:
    """Return every finding, worst first."""
    checks = [
        _ok("python", f"Python {sys.version.split()[0]} on {sys.platform}."),
        _check_model(),
        *_check_models_in_use(parts),
        _check_disk(folder),
        _check_port(settings),
        *_check_features(folder, features),
        *[await _check_corpus(name, parts) for name in settings.knowledge],
        await _check_keys(settings, parts),
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
    return [_ok(f"model {use.alias}", f"{use.provider}/{use.model}: {use.because}.") for use in parts.models]


def _check_disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free // _MEGABYTE
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
            return Check(name="port", state="warning", message=message, next_step="plimsoll serve --port 8001")
    return _ok("port", f"{host}:{port} is free.")


def _check_features(folder: Path, features: Mapping[str, AnyFeature]) -> list[Check]:
    if not features:
        message = "The project defines no feature."
        return [Check(name="features", state="warning", message=message, next_step="Add one to features/.")]
    return [_check_feature(folder, feature) for feature in features.values()]


def _check_feature(folder: Path, feature: AnyFeature) -> Check:
    name = f"feature {feature.name}"
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
        stats = await (await parts.corpora.get(name)).stats()
    except PlimsollError as error:
        return _wrong(f"corpus {name}", error)
    if not stats.documents:
        message = "It holds no documents."
        return Check(name=f"corpus {name}", state="warning", message=message, next_step="plimsoll ingest")
    unread = f"; {stats.failed} could not be read" if stats.failed else ""
    return _ok(f"corpus {name}", f"{stats.documents} documents, {stats.chunks} chunks{unread}.")


async def _check_keys(settings: Settings, parts: Parts) -> Check:
    if await parts.keys.any_active():
        return _ok("access", "There are access keys.")
    return _ok("access", f"No access key: served on loopback only ({settings.server.host}).")
