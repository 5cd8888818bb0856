"""Finds the files that a list of files and folders stands for. It reads names, not contents; ingestion reads those."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from plimsoll.errors import NotFound
from plimsoll.knowledge.parse.formats import is_known_format

_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})


class FoundFile(msgspec.Struct, frozen=True, order=True):
    """A file to ingest."""

    source: str
    """Its name in answers: relative to the project's root, with `/` between folders."""
    path: str
    """Where it lies."""


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """What the paths stand for."""

    files: tuple[FoundFile, ...]
    """Files by source, each once; files that were named are here whatever their ending."""
    folders: tuple[str, ...]
    """Sources of the folders that were named: a document under one of them whose file is gone is to be forgotten."""
    skipped: dict[str, int]
    """Files that no parser reads, found in folders: how many of each ending."""


def discover_files(paths: Sequence[Path], *, root: Path) -> Discovery:
    """Return the files that the paths stand for; folders are searched in depth.

    Hidden names, `node_modules` and `__pycache__` are passed over, and links that lead back into a folder already
    seen. Raises NotFound for a path that does not exist.
    """
    files: dict[str, FoundFile] = {}
    folders: list[str] = []
    skipped: Counter[str] = Counter()
    for given in paths:
        path = given if given.is_absolute() else root / given
        if os.path.isdir(path):  # noqa: PTH112 - the method raises where a name is too long or may not be looked at
            folders.append(source_of(path, root=root))
            candidates = list(_files_in(path))
            skipped.update(found.suffix.lower() or found.name for found in candidates if not is_known_format(found))
            wanted = [found for found in candidates if is_known_format(found)]
        elif os.path.exists(path):  # noqa: PTH110 - as above
            wanted = [path]
        else:
            raise NotFound(
                f"There is no file or folder {str(given)!r} under {str(root)!r}.",
                next_step="Check the path's spelling.",
            )
        files.update((found.source, found) for found in (_found(item, root) for item in wanted))
    return Discovery(files=tuple(sorted(files.values())), folders=tuple(folders), skipped=dict(skipped))


def source_of(path: Path, *, root: Path) -> str:
    r"""Return the name of a path in answers: relative to the root, through `..` where it lies outside.

    Bytes of a file name that are no UTF-8 are written as `\xff`, since neither a database nor JSON can hold them.
    """
    name = Path(os.path.relpath(path, root)).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_under(source: str, folders: Sequence[str]) -> bool:
    """Tell whether the source lies in one of the folders."""
    return any((folder == "." and not source.startswith("..")) or source.startswith(f"{folder}/") for folder in folders)


def _found(path: Path, root: Path) -> FoundFile:
    return FoundFile(source=source_of(path, root=root), path=str(path))


def _files_in(folder: Path) -> Iterator[Path]:
    seen = {os.path.realpath(folder)}
    for parent, names, files in os.walk(folder, followlinks=True):
        names[:] = sorted(name for name in names if _is_new_folder(Path(parent, name), seen))
        for name in sorted(files):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _is_new_folder(path: Path, seen: set[str]) -> bool:
    if path.name.startswith(".") or path.name in _SKIPPED_FOLDERS:
        return False
    real = os.path.realpath(path)
    if real in seen:
        return False
    seen.add(real)
    return True
