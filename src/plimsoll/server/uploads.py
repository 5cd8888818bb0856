"""Which files callers may have read, and where the files they send are kept.

Paths stay within the project and out of hidden folders. Sent files go to `uploads/` below the corpus's first folder, so
that a later `plimsoll ingest` finds them and no file of the project's owner is ever overwritten.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from plimsoll.errors import InvalidRequest, NotFound, UnknownFormat, unknown_name
from plimsoll.knowledge import known_endings
from plimsoll.project import Settings, put_file
from plimsoll.server.body import SentFile

UPLOADS_FOLDER = "uploads"
_LONGEST_NAME = 150


def resolve_paths(folder: Path, paths: Sequence[str]) -> list[Path]:
    """Return the paths within the project's folder; raises InvalidRequest for one outside, or hidden."""
    return [_resolve(folder.resolve(), path) for path in paths]


async def save_files(folder: Path, settings: Settings, *, corpus: str, files: Sequence[SentFile]) -> list[Path]:
    """Keep the files and return their paths. Raises InvalidRequest, UnknownFormat, NotFound, and as `put_file`."""
    target = _uploads_folder(folder, settings, corpus)
    named = [(_check_name(file.name), file.content) for file in files]
    for name, content in named:
        await asyncio.to_thread(put_file, target / name, content)
    return [target / name for name, _ in named]


def _resolve(folder: Path, path: str) -> Path:
    try:
        resolved = (folder / path).resolve()
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{path!r} is no path.") from error
    inside = resolved.relative_to(folder).parts if resolved.is_relative_to(folder) else None
    if inside is None or any(part.startswith(".") for part in inside):
        raise InvalidRequest(
            f"{path!r} is not a visible file or folder of this project.",
            next_step="Name a path relative to the project, or send the file itself.",
        )
    return resolved


def _uploads_folder(folder: Path, settings: Settings, corpus: str) -> Path:
    if corpus not in settings.knowledge:
        raise NotFound(unknown_name("corpus", corpus, settings.knowledge))
    for path in settings.knowledge[corpus].paths:
        declared = folder / path
        if declared.is_dir() or not declared.suffix:
            return declared / UPLOADS_FOLDER
    raise InvalidRequest(
        f"The corpus {corpus!r} declares no folder that files could be kept in.",
        next_step=f"Add one to [knowledge.{corpus}] paths in plimsoll.toml.",
    )


def _check_name(sent: str) -> str:
    """Return the last part of the name; browsers on Windows may send the whole path."""
    name = PurePosixPath(sent.replace("\\", "/")).name
    if not name or name.startswith(".") or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise InvalidRequest(f"{sent!r} cannot be a file's name here.", next_step="Rename the file.")
    ending = PurePosixPath(name).suffix.lower()
    if ending not in known_endings():
        known = ", ".join(sorted(known_endings()))
        raise UnknownFormat(f"No parser reads {ending or 'files without an ending'!r}.", next_step=f"Known: {known}.")
    return name
