"""The settings in force, table by table, as a person reads them: each key with its value, its default and its meaning.

Called by the project's report of its settings. Pure. What could be a secret is written as `***`.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import cast

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from plimsoll.project.reload import FIXED
from plimsoll.project.settings import Settings
from plimsoll.text import Redactor

_HIDDEN = "***"
_MARK = "[secret]"
_redact = Redactor(("secrets",))
_SIGNED_IN = re.compile(r"(?<=://)[^\s\"]*(?=@)")
_KEYED = re.compile(r"([?&;][^=&\s\"]*(?:key|token|secret|passw|sig|auth)[^=&\s\"]*=)[^&\s\"]+", re.IGNORECASE)
_SECRET_NAME = re.compile(r"(?:^|_)(?:key|token|secret|password)$")
_UNITS = ((604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


class SettingShown(msgspec.Struct, frozen=True, kw_only=True):
    """One key of `plimsoll.toml`."""

    name: str
    """Its name within the table."""
    value: str
    """What is in force, as the file would say it; secrets are `***`."""
    default: str
    """What is in force where the file says nothing; empty where it must say something."""
    is_default: bool
    """Whether both are the same."""
    meaning: str
    """What it does."""


class SettingsTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table of `plimsoll.toml`."""

    name: str
    """Its heading in the file, e.g. `[server]` or `[models.fast.timeouts]`."""
    meaning: str
    """What it is about."""
    needs_start: bool
    """Whether a change takes effect at the next start only."""
    settings: tuple[SettingShown, ...]
    """Its keys, in the order of the reference."""


def lay_out_tables(settings: Settings) -> tuple[SettingsTable, ...]:
    """Return every table, those within tables after their own."""
    return tuple(
        table
        for name in Settings.model_fields
        for place, one in _inner(name, getattr(settings, name))
        for table in _tables(place, one, needs_start=name in FIXED)
    )


def hide_secrets(text: str) -> str:
    """Return the text with who signs in to an address, keys in its query, and known forms of keys as `***`."""
    return _redact(_KEYED.sub(rf"\1{_HIDDEN}", _SIGNED_IN.sub(_HIDDEN, text))).replace(_MARK, _HIDDEN)


def _inner(place: str, value: object) -> Iterator[tuple[str, BaseModel]]:
    """Yield the tables that a key holds, with their headings: one, several by name, or a list of them."""
    if isinstance(value, BaseModel):
        yield place, value
    elif isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value)
        yield from ((f"{place}.{name}", one) for name, one in named.items() if isinstance(one, BaseModel))
    elif isinstance(value, tuple):
        listed = enumerate(cast("tuple[object, ...]", value), 1)
        yield from ((f"{place}.{number}", one) for number, one in listed if isinstance(one, BaseModel))


def _tables(place: str, table: BaseModel, *, needs_start: bool) -> Iterator[SettingsTable]:
    fields = type(table).model_fields
    within = {key: list(_inner(f"{place}.{key}", getattr(table, key))) for key in fields}
    yield SettingsTable(
        name=f"[{place}]",
        meaning=_meaning(table),
        needs_start=needs_start,
        settings=tuple(_show(key, field, getattr(table, key)) for key, field in fields.items() if not within[key]),
    )
    for found in within.values():
        for inner_place, one in found:
            yield from _tables(inner_place, one, needs_start=needs_start)


def _meaning(table: BaseModel) -> str:
    """Return the first sentence of the docstring without the heading that it may begin with."""
    first = (inspect.getdoc(type(table)) or "").split("\n\n", maxsplit=1)[0]
    said = " ".join(re.sub(r"^`[^`]*`: ", "", first).split())
    return said[:1].upper() + said[1:]


def _show(key: str, field: FieldInfo, value: object) -> SettingShown:
    default: object = None if field.is_required() else field.get_default(call_default_factory=False)
    hidden = isinstance(value, str) and value and _SECRET_NAME.search(key)
    return SettingShown(
        name=key,
        value=_HIDDEN if hidden else hide_secrets(_write(value)),
        default="" if field.is_required() else _write(default),
        is_default=not field.is_required() and value == default,
        meaning=" ".join((field.description or "").split()),
    )


def _write(value: object) -> str:
    if value is None:
        return "unset"
    if isinstance(value, timedelta):
        return _write_span(value)
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    return json.dumps(value, ensure_ascii=False, default=str)


def _write_span(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    length, unit = next((length, unit) for length, unit in _UNITS if seconds % length == 0)
    return f'"{seconds // length}{unit}"'
