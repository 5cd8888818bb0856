"""The columns of an export, and how a stored row fills them. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

import msgspec

from plimsoll.traces.rows import FACTS

ColumnType = Literal["text", "texts", "whole", "number", "flag", "moment"]
"""Moments are whole nanoseconds since 1970, in UTC."""
ExportRow = dict[str, object]


class ExportColumn(NamedTuple):
    """One column of the file."""

    name: str
    stored: str
    """The column of the table that it comes from."""
    type: ColumnType
    is_content: bool = False


def _columns(kind: ColumnType, names: str, *, is_content: bool = False) -> tuple[ExportColumn, ...]:
    return tuple(ExportColumn(name, name, kind, is_content) for name in names.split())


_WHO = "tenant subject session feature variant version release service dataset outcome error_class model prompt_hash"
_TOKENS = "input_tokens output_tokens cached_tokens reasoning_tokens"
_WHEN = (ExportColumn("started_at", "start_ns", "moment"), ExportColumn("ended_at", "end_ns", "moment"))
TRACE_COLUMNS = (
    *_columns("text", "trace_id"),
    *_WHEN,
    *_columns("text", f"name kind {_WHO}"),
    *_columns("texts", "tags"),
    *_columns("whole", f"{_TOKENS} unpriced span_count"),
    *_columns("number", "cost_usd inclusion"),
    *_columns("flag", "has_root is_closed settled"),
    *_columns("text", "error input_text output_text", is_content=True),
)
SPAN_COLUMNS = (
    *_columns("text", "trace_id span_id parent_id"),
    *_WHEN,
    *_columns("text", f"name kind {_WHO}"),
    *_columns("texts", "tags"),
    *_columns("whole", _TOKENS),
    *_columns("number", "cost_usd"),
    *_columns("flag", "is_closed"),
    *_columns("text", "attributes"),
    *_columns("text", "error events input_text output_text", is_content=True),
)


def columns_of(*, has_spans: bool, has_content: bool) -> tuple[ExportColumn, ...]:
    """Return the columns of an export."""
    every = SPAN_COLUMNS if has_spans else TRACE_COLUMNS
    return tuple(column for column in every if has_content or not column.is_content)


def fill_row(stored: Mapping[str, object], columns: tuple[ExportColumn, ...], *, has_content: bool) -> ExportRow:
    """Return a stored row as a row of the file."""
    row: ExportRow = {column.name: _converted(stored[column.stored], column.type) for column in columns}
    if "inclusion" in row:
        chance = cast("float | None", stored["chance"])
        row["inclusion"] = cast("float", stored["inclusion"]) * (1.0 if chance is None else chance)
    if "attributes" in row and not has_content:
        row["attributes"] = _only_facts(cast("str", row["attributes"]))
    return row


def _converted(value: object, kind: ColumnType) -> object:
    if kind == "texts":
        return [] if value is None else str(value).strip("|").split("|")
    return bool(value) if kind == "flag" else value


def _only_facts(attributes: str) -> str:
    """Return the attributes without texts but for those that are no content."""
    every = msgspec.json.decode(attributes, type=dict[str, object])
    kept = {name: value for name, value in every.items() if name in FACTS or isinstance(value, int | float)}
    return msgspec.json.encode(kept).decode()
