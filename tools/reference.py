"""Write docs/reference from the code: errors, settings, commands and public names. `--check` only compares.

`make docs` calls it; a law test calls `pages()` and compares with what is committed.
"""

import importlib
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, TypeGuard, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.routing import Route

import plimsoll
from plimsoll.cli import VERBS, cli
from plimsoll.errors import PlimsollError
from plimsoll.project import SOURCE_TABLES, Settings
from plimsoll.server import DOOR_PATHS, all_routes
from plimsoll.store import STATE, TRACES

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_TYPE_NAMES: dict[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    timedelta: "span of time, e.g. `7d`",
}
_NOTE = "<!-- Written by `make docs` from the code; edit the code. -->\n"


def pages() -> dict[str, str]:
    """Return the text of every generated page, by file name."""
    return {
        "errors.md": _errors(),
        "settings.md": _settings(),
        "cli.md": _commands(),
        "api.md": _names(),
        "tables.md": _tables(),
        "http.md": _routes(),
    }


def _errors() -> str:
    lines = [
        "# Errors",
        _NOTE,
        "Over HTTP every error has one shape: `error.code`, `error.message`, `error.next_step`, `error.documentation`.",
        "On the command line the exit code is 2 when a command or a file must change, 4 when a machine must.\n",
    ]
    for error in _leaves(PlimsollError):
        group = error.__mro__[1]
        lines += [
            f"## {error.code}\n",
            f"{_prose(error)} {_prose(group)}\n",
            f"`plimsoll.errors.{error.__name__}` · HTTP {error.http_status} · error class `{error.error_class}`\n",
        ]
    return "\n".join(lines)


def _leaves(parent: type[PlimsollError]) -> Iterator[type[PlimsollError]]:
    for child in parent.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from _leaves(child)


def _settings() -> str:
    lines = [
        "# Settings",
        _NOTE,
        "`plimsoll.toml` stands at the root of a project. Every key has a default; an unknown key is an error.\n",
    ]
    for name, field in Settings.model_fields.items():
        table, shown = _table_of(field)
        lines += [f"## [{name}{shown}]\n", f"{field.description}\n"]
        lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
        lines += [row for key, inner in table.model_fields.items() for row in _rows(key, inner)]
        lines.append("")
        if name == "knowledge":
            lines += [line for kind in SOURCE_TABLES for line in _source_table(kind)]
    return "\n".join(lines)


def _source_table(table: type[BaseModel]) -> list[str]:
    kinds = " or ".join(f"`{kind}`" for kind in get_args(table.model_fields["kind"].annotation))
    rows = [row for key, inner in table.model_fields.items() for row in _rows(key, inner)]
    head = ["| key | type | default | meaning |", "|---|---|---|---|"]
    return [f"### [knowledge.NAME.sources.SOURCE] of kind {kinds}\n", f"{inspect.getdoc(table)}\n", *head, *rows, ""]


def _table_of(field: FieldInfo) -> tuple[type[BaseModel], str]:
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    return get_args(annotation)[-1], ".NAME"


def _rows(key: str, field: FieldInfo) -> list[str]:
    """Return the row of a key, or those of the keys of a table within."""
    inner = field.annotation
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return [row for name, part in inner.model_fields.items() for row in _rows(f"{key}.{name}", part)]
    return [_row(key, field)]


def _row(key: str, field: FieldInfo) -> str:
    default = "required" if field.is_required() else f"`{_toml(field.default)}`"
    bounds = ", ".join(_bound(part) for part in field.metadata if _bound(part))
    kind = f"{_type_name(field.annotation)}{', ' + bounds if bounds else ''}"
    return f"| `{key}` | {kind} | {default} | {' '.join((field.description or '').split())} |"


def _toml(value: object) -> str:
    if value is None:
        return "unset"
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump())
    return json.dumps(value)


def _bound(part: object) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return ", ".join(f"{sign} {getattr(part, name)}" for name, sign in signs.items() if hasattr(part, name))


def _type_name(annotation: object) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        return _union_name(arguments)
    if origin is Annotated:
        return _type_name(arguments[0])
    if origin in (tuple, dict):
        return f"{'list' if origin is tuple else 'table'} of {_type_name(arguments[0 if origin is tuple else -1])}"
    if _is_table(annotation):
        return f"tables of {', '.join(f'`{name}`' for name in annotation.model_fields)}"
    return _TYPE_NAMES.get(annotation, str(annotation))


def _is_table(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _union_name(parts: tuple[object, ...]) -> str:
    if all(_is_table(part) for part in parts):
        return "tables of one kind each"
    return " or ".join(_type_name(part) for part in parts if part is not type(None))


def _commands() -> str:
    context = click.Context(cli, info_name="plimsoll")
    lines = ["# Command line", _NOTE, textwrap.dedent(sys.modules["plimsoll.cli"].__doc__ or "").split("\n", 3)[3]]
    for verb in VERBS:
        command = cli.get_command(context, verb.name)
        if command is None:
            raise LookupError(verb.name)
        lines += [f"\n## plimsoll {verb.name}\n", *_help_of(command, f"plimsoll {verb.name}")]
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                lines += _help_of(inner, f"plimsoll {verb.name} {name}")
    return "\n".join(lines) + "\n"


def _help_of(command: click.Command, path: str) -> list[str]:
    context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
    return ["```text", command.get_help(context), "```"]


def _names() -> str:
    lines = ["# Public names", _NOTE, "```python", "import plimsoll", "", "assert plimsoll.Feature", "```\n"]
    for name in dir(plimsoll):
        if name.startswith("__"):
            continue
        value = getattr(plimsoll, name)
        lines += [f"### {name}\n", f"```text\nplimsoll.{name}{_signature(value)}\n```\n"]
        lines += [inspect.getdoc(value) or "", ""]
    scorers = importlib.import_module("plimsoll.scorers")
    lines += ["## plimsoll.scorers\n"]
    lines += [f"- `{name}`: {_prose(getattr(scorers, name))}" for name in scorers.__all__]
    return "\n".join(lines) + "\n"


def _tables() -> str:
    lines = ["# Tables", _NOTE, "Whose rows each table holds, how long they stay, and how a person's are erased.\n"]
    package = Path(plimsoll.__file__).parent
    for path in sorted((*package.rglob("table.py"), *package.rglob("tables/*.py"))):
        importlib.import_module(".".join(("plimsoll", *path.relative_to(package).with_suffix("").parts)))
    for schema, tables in (("state", STATE.tables), ("traces", TRACES.tables)):
        for table in sorted(tables.values(), key=lambda table: table.name):
            lines += [f"## {schema}: {table.name}\n", f"Columns: {', '.join(f'`{c.name}`' for c in table.columns)}.\n"]
            lines += [f"- {key}: {value}" for key, value in table.info.items()]
            lines.append("")
    return "\n".join(lines)


def _routes() -> str:
    lines = [
        "# HTTP",
        _NOTE,
        "Every page `/x` of the console has its JSON twin `/api/x`. Errors have [one shape](errors.md).\n",
        "| method | path | what it does |",
        "|---|---|---|",
    ]
    for route in all_routes():
        if isinstance(route, Route):
            method = next(iter(sorted((route.methods or {"GET"}) - {"HEAD"})))
            what = _prose(route.endpoint).split("`: ", 1)[-1]
            path = route.path.replace(":path", "")
            lines.append(f"| {method} | `{path}` | {what[:1].upper()}{what[1:]} |")
    lines += [f"| {one.method} | `{one.path}` | {one.says} |" for one in DOOR_PATHS]
    return "\n".join(lines) + "\n"


def _signature(value: object) -> str:
    try:
        return str(inspect.signature(value)) if callable(value) else ""
    except (TypeError, ValueError):
        return ""


def _prose(value: object) -> str:
    return (inspect.getdoc(value) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")


def main() -> None:
    """Write the pages, or with `--check` fail when one is not current."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = REFERENCE / name
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path} is not current: run `make docs`")


if __name__ == "__main__":
    main()
