"""Write a new project: a copy of the template that stands beside this file, with the project's name in it."""

import re
import shutil
from pathlib import Path

from plimsoll.errors import DiskFull, InvalidRequest, OperatorError

_TEMPLATE = Path(__file__).parent / "template"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,63}")
_LEAST_FREE_BYTES = 100_000
_PLACEHOLDER = "{{ name }}"
_NAMED_FILES = ("plimsoll.toml", "README.md")


def write_project(folder: Path) -> list[Path]:
    """Write a small working project into the folder, which must be new or empty; return the files, relative to it.

    Raises:
        InvalidRequest: the folder holds something, or its name cannot be a project's.
        DiskFull, OperatorError: the disk is full, or this user may not write there.

    """
    _require_usable(folder)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _fill(unfinished, name=folder.name)
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
    except (OSError, shutil.Error) as error:
        raise _refused(folder, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _fill(folder: Path, *, name: str) -> None:
    shutil.copytree(_TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "gitignore").rename(folder / ".gitignore")
    for file in _NAMED_FILES:
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8").replace(_PLACEHOLDER, name), encoding="utf-8")


def _refused(folder: Path, error: OSError) -> OperatorError:
    is_full = shutil.disk_usage(folder.parent).free < _LEAST_FREE_BYTES
    reason = "the disk is full" if is_full else error.strerror or "its files could not be copied"
    return (DiskFull if is_full else OperatorError)(
        f"The project {str(folder)!r} cannot be written: {reason}; nothing was left behind.",
        next_step=f"Make room or choose another place: `ls -ld {folder.parent}` shows who may write there.",
    )


def _require_usable(folder: Path) -> None:
    if not _NAME.fullmatch(folder.name):
        raise InvalidRequest(
            f"{str(folder)!r} cannot be a project's name.",
            next_step="Use letters, digits, '-', '_' and '.', 64 at most: `plimsoll init my-project`.",
        )
    if not folder.parent.is_dir():
        raise InvalidRequest(
            f"The folder {str(folder.parent)!r} does not exist.", next_step="Make it first, or choose another place."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidRequest(
            f"{str(folder)!r} is not empty; nothing was written.", next_step="Choose a new name, or empty the folder."
        )
