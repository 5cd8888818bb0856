"""A candidate in the feature's place: the lines of the feature's own file that change, as a diff for people to read.

Only the texts of `prompt=` and `model=` in its definition are replaced; all else of the file stays to the last blank.
"""

import ast
import difflib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.project.definitions import FEATURES_FOLDER
from plimsoll.project.files import put_file

_MAKER = "Feature"


class Placing(msgspec.Struct, frozen=True, kw_only=True):
    """What would change of the file that defines a feature."""

    path: str
    """The file, relative to the project."""
    seen: str
    """What the file was read as: it is written only while it is still that."""
    diff: tuple[str, ...]
    """The change as a unified diff; empty where the candidate is in place."""


def propose_placing(folder: Path, feature: str, *, values: dict[str, str]) -> Placing | None:
    """Return what changes when the definition names these values; None where no file names them in plain texts."""
    for file in sorted((folder / FEATURES_FOLDER).glob("*.py")):
        source = file.read_bytes()
        changed = put_in_place(source, feature, values=values)
        if changed is not None:
            path = file.relative_to(folder).as_posix()
            lines = [text.decode().splitlines() for text in (source, changed)]
            diff = difflib.unified_diff(*lines, fromfile=path, tofile=path, n=2, lineterm="")
            return Placing(path=path, seen=_digest(source), diff=tuple(diff))
    return None


def write_placing(folder: Path, feature: str, *, values: dict[str, str], seen: str) -> str:
    """Write the change into the feature's file and return its path. Raises InvalidRequest where it changed since."""
    placing = propose_placing(folder, feature, values=values)
    if placing is None or placing.seen != seen:
        raise InvalidRequest(
            "The file of the feature is no longer what was shown.",
            next_step="Open the trial again and read the change.",
        )
    source = (folder / placing.path).read_bytes()
    put_file(folder / placing.path, put_in_place(source, feature, values=values) or source)
    return placing.path


def put_in_place(source: bytes, feature: str, *, values: dict[str, str]) -> bytes | None:
    """Return the file with the values in the feature's definition; None where it does not define all of them so."""
    try:
        calls = [node for node in ast.walk(ast.parse(source.decode())) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError):
        return None
    found = [texts for call in calls if _makes(call, feature) and values.keys() <= (texts := _texts_of(call)).keys()]
    if len(found) != 1:
        return None
    starts = [0, *(at + 1 for at, byte in enumerate(source) if byte == ord("\n"))]
    for name, node in sorted(found[0].items(), key=lambda one: -one[1].lineno):
        if name in values and node.value != values[name]:
            begin, end = (starts[line - 1] + column for line, column in _ends_of(node))
            source = source[:begin] + json.dumps(values[name], ensure_ascii=False).encode() + source[end:]
    return source


def _makes(call: ast.Call, feature: str) -> bool:
    made = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg == "name"), None)
    return made == _MAKER and isinstance(first, ast.Constant) and first.value == feature


def _texts_of(call: ast.Call) -> dict[str, ast.Constant]:
    return {name: node for name, node in _named(call) if isinstance(node.value, str)}


def _named(call: ast.Call) -> Iterator[tuple[str, ast.Constant]]:
    for one in call.keywords:
        if one.arg is not None and isinstance(one.value, ast.Constant):
            yield one.arg, one.value


def _ends_of(node: ast.Constant) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return line and column in bytes of its begin and end."""
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def _digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()
