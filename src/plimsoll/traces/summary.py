"""A row of the table of traces as the line of a list that it stands for. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from plimsoll.records import ErrorClass, Outcome
from plimsoll.traces.records import Session, TraceSummary

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


def session_of(row: Mapping[str, object]) -> Session:
    """Return the sums over the turns of a conversation as its line of a list."""
    told = msgspec.convert(row, _Turns, strict=False)
    return Session(
        id=told.session,
        turns=told.turns,
        first_at=_EPOCH + timedelta(microseconds=told.first_ns // 1000),
        last_at=_EPOCH + timedelta(microseconds=told.last_ns // 1000),
        subject=told.subject,
        failed=told.failed,
        scored=told.scored,
        pass_rate=told.passed / told.scored if told.scored else None,
        cost_usd=None if told.unpriced else told.cost_usd,
    )


class _Turns(msgspec.Struct):
    session: str
    turns: int
    first_ns: int
    last_ns: int
    subject: str | None
    failed: int
    scored: int
    passed: int
    unpriced: int
    cost_usd: float | None


def _named(kind: type[_Named], text: str | None) -> _Named | None:
    """Return the member of that name; None for a name that another program made up."""
    return kind(text) if text in set(kind) else None
