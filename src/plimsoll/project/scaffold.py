"""Write a new project: a copy of the template that stands beside this file, with the project's name in it."""

import re
import shutil
from pathlib import Path

from plimsoll.errors import InvalidRequest

_TEMPLATE = Path(__file__).parent / "template"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,63}")
_PLACEHOLDER = "{{ name }}"
_NAMED_FILES = ("plimsoll.toml", "README.md")


def write_project(folder: Path) -> list[Path]:
    """Write a small working project into the folder, which must be new or empty; return the files, relative to it.

    Raises:
        InvalidRequest: the folder holds something, or its name cannot be a project's.

    """
    _require_usable(folder)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(_TEMPLATE, unfinished, ignore=shutil.ignore_patterns("__pycache__"))
    (unfinished / "gitignore").rename(unfinished / ".gitignore")
    for name in _NAMED_FILES:
        path = unfinished / name
        path.write_text(path.read_text(encoding="utf-8").replace(_PLACEHOLDER, folder.name), encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    unfinished.rename(folder)
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _require_usable(folder: Path) -> None:
    if not _NAME.fullmatch(folder.name):
        raise InvalidRequest(
            f"{folder.name!r} cannot be a project's name.",
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
