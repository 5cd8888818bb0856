"""What the columns of a structured source hold, and whether that has drifted from what was accepted last. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from plimsoll.errors import nearest_name
from plimsoll.knowledge.tables.sources import ColumnSeen

MOST_MORE_NULLS = 0.25
"""Rise of the share of rows without a value from which a column counts as drifted."""
_MIXED_SHARE = 0.02
"""Share of the values that may be of another kind than the rest."""


def observe_columns(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> dict[str, ColumnSeen]:
    """Return what each of the columns holds; a column that no row has is left out."""
    present = {name for row in rows for name in row}
    return {name: _observe([row.get(name) for row in rows]) for name in names if name in present}


def find_drift(accepted: Mapping[str, ColumnSeen], seen: Mapping[str, ColumnSeen]) -> list[str]:
    """Return a sentence for each column that is gone, of another type, or suddenly without values."""
    found: list[str] = []
    for name, before in accepted.items():
        now = seen.get(name)
        if now is None:
            near = nearest_name(name, seen)
            found.append(f"The column {name!r} is gone{f'; is it {near!r} now?' if near else '.'}")
        elif {before.kind, now.kind}.isdisjoint({"empty"}) and before.kind != now.kind:
            found.append(f"The column {name!r} held {before.kind} and holds {now.kind} now.")
        elif now.null_share - before.null_share >= MOST_MORE_NULLS:
            shares = f"{before.null_share:.0%} of the rows to {now.null_share:.0%}"
            found.append(f"The column {name!r} lacks a value in more rows: from {shares}.")
    return found


def is_empty(value: object) -> bool:
    """Tell whether a row's value says nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def _observe(values: Sequence[object]) -> ColumnSeen:
    kinds = Counter(_kind(value) for value in values if not is_empty(value))
    total = kinds.total()
    if not total:
        return ColumnSeen(kind="empty", null_share=1.0)
    kind, count = kinds.most_common(1)[0]
    is_pure = total - count <= _MIXED_SHARE * total
    return ColumnSeen(kind=kind if is_pure else "mixed", null_share=1 - total / len(values))


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, datetime | date):
        return "moment"
    if isinstance(value, list | tuple):
        return "list"
    return "table" if isinstance(value, dict) else "text"
