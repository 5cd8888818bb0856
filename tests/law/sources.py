"""The project's own source files as syntax trees, for the laws to read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "plimsoll"
TEMPLATE = PACKAGE / "project" / "template"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source(NamedTuple):
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the path from the root of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        """Return the room that the file of the package stands in; empty for files at the root."""
        parts = self.path.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""


@cache
def read_source(path: Path) -> Source:
    """Parse one file."""
    text = path.read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text))


def sources(folder: Path) -> list[Source]:
    """Parse every Python file below the folder, the project template left out: it is a user's, not ours."""
    paths = sorted(path for path in folder.rglob("*.py") if TEMPLATE not in path.parents)
    return [read_source(path) for path in paths]


def functions(source: Source) -> Iterator[Function]:
    """Yield every function and method of the file."""
    for node in ast.walk(source.tree):
        if isinstance(node, Function):
            yield node


def length(node: Function) -> int:
    """Return how many lines the function has, its docstring and decorators included."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_public(name: str) -> bool:
    """Tell whether a name is meant for others."""
    return not name.startswith("_")
