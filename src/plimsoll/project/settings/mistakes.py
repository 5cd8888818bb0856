"""Turn a rejected value of `plimsoll.toml` into one sentence: file, line, key, value and what is allowed. Pure."""

import re
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from plimsoll.errors import nearest_name, one_of
from plimsoll.project.settings.sources import SOURCE_KINDS

_TABLE = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]")
_PART = re.compile(r"\s*\"[^\"]*\"\s*|\s*'[^']*'\s*|[^.\"']+")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"'.]+)\s*=")

_SOURCES_AT, _KIND_AT = 2, 4
"""Where `sources` stands in knowledge.NAME.sources.SOURCE, and what pydantic puts behind it."""

_PLAINLY = {
    "tuple_type": 'it must be a list, e.g. ["documents"]',
    "dict_type": "it must be a table of tables, e.g. [models.default]",
    "model_type": "it must be a table",
    "string_pattern_mismatch": "a name is a lower-case letter, then lower-case letters, digits and '_', 63 at most; "
    "a model's may also have upper-case letters, '.', ':' and '-'",
}
"""What pydantic says in the words of Python, said in those of TOML."""


def find_line(text: str, keys: Sequence[str]) -> int:
    """Return the line, counted from 1, of the key or else of the nearest table above it; 1 when neither is there."""
    table: tuple[str, ...] = ()
    best, best_depth = 1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _split_key(header[1])
            here = table
        elif key := _KEY.match(line):
            here = table + _split_key(key[1])
        else:
            continue
        depth = len(here) if here == tuple(keys[: len(here)]) else 0
        if depth > best_depth:
            best, best_depth = number, depth
    return best


def _split_key(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in _PART.findall(key))


def describe_mistake(error: ErrorDetails, text: str, path: Path, *, model: type[BaseModel]) -> str:
    """Return the sentence for one error of pydantic's."""
    keys = [str(part) for part in error["loc"] if part != "[key]" and not isinstance(part, int)]
    where = f"{path}, line {find_line(text, _without_kind(keys))}"
    if not keys:
        return f"{where}: {_reason(error)}."
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return f"{where}: {_describe_kind('.'.join(keys), error)}"
    if error["type"] == "extra_forbidden":
        return f"{where}: {_describe_unknown_key(keys, model)}"
    keys = _without_kind(keys)
    if error["type"] == "missing":
        return f"{where}: the key {'.'.join(keys)!r} is missing."
    return f"{where}: {'.'.join(keys)} is {error['input']!r}; {_reason(error)}."


def _without_kind(keys: list[str]) -> list[str]:
    """Return the keys as they stand in the file: pydantic names the kind of a source like a table within it."""
    return keys[:_KIND_AT] + keys[_KIND_AT + 1 :] if keys[_SOURCES_AT : _SOURCES_AT + 1] == ["sources"] else keys


def _describe_kind(source: str, error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "union_tag_not_found":
        return f"the key '{source}.kind' is missing. It is one of {', '.join(map(repr, SOURCE_KINDS))}."
    near = nearest_name(str(context.get("tag")), SOURCE_KINDS)
    hint = f"; did you mean {near!r}?" if near else "."
    return f"{source}.kind is {context.get('tag')!r}{hint} It is one of {', '.join(map(repr, SOURCE_KINDS))}."


def _describe_unknown_key(keys: Sequence[str], model: type[BaseModel]) -> str:
    known = known_keys(model, keys[:-1])
    near = nearest_name(keys[-1], known)
    hint = f"; did you mean {near!r}?" if near else "."
    return f"there is no key {'.'.join(_without_kind(list(keys)))!r}{hint} Allowed here: {one_of(known)}."


def _reason(error: ErrorDetails) -> str:
    if error["type"] in _PLAINLY:
        return _PLAINLY[error["type"]]
    message = error["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def known_keys(model: type[BaseModel], keys: Sequence[str]) -> list[str]:
    """Return the names that the table under `keys` may hold."""
    current: type[BaseModel] = model
    remaining = list(keys)
    while remaining:
        field = current.model_fields.get(remaining.pop(0))
        if field is None:
            return []
        annotation = field.annotation
        if isinstance(annotation, types.GenericAlias):
            annotation = annotation.__args__[-1]
            remaining = remaining[1:]
        if get_origin(annotation) is Annotated and remaining:
            annotation = _of_kind(get_args(get_args(annotation)[0]), remaining.pop(0))
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        current = annotation
    return list(current.model_fields)


def _of_kind(tables: Sequence[type[BaseModel]], kind: str) -> type[BaseModel] | None:
    return next((one for one in tables if kind in get_args(one.model_fields["kind"].annotation)), None)
