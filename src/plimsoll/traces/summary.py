"""A row of the table of traces as the line of a list that it stands for. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from plimsoll.records import ErrorClass, Outcome
from plimsoll.traces.records import TraceSummary

_Named = TypeVar("_Named", bound=StrEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Row(msgspec.Struct):
    start_ns: int
    duration_ns: int
    outcome: str | None
    error_class: str | None
    tags: str | None
    settled: bool
    inclusion: float
    chance: float | None


def summary_of(row: Mapping[str, object]) -> TraceSummary:
    """Return the row, which has the content of its trace's head, as a summary."""
    stored = msgspec.convert(row, _Row)
    told = {
        "started_at": _EPOCH + timedelta(microseconds=stored.start_ns // 1000),
        "duration_ms": stored.duration_ns / 1e6,
        "outcome": _named(Outcome, stored.outcome),
        "error_class": _named(ErrorClass, stored.error_class),
        "tags": tuple(stored.tags.strip("|").split("|")) if stored.tags else (),
        "is_settled": stored.settled,
        "inclusion": stored.inclusion * (1.0 if stored.chance is None else stored.chance),
    }
    return msgspec.convert({**row, **told}, TraceSummary)


def _named(kind: type[_Named], text: str | None) -> _Named | None:
    """Return the member of that name; None for a name that another program made up."""
    return kind(text) if text in set(kind) else None
