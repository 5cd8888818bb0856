"""How a corpus's sources fare, for people: last synchronisation, age, whether held or stale. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from plimsoll.knowledge.sources.source import PATHS, DeclaredSource
from plimsoll.knowledge.tables.sources import SourceRow, SyncResult


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """How one source of a corpus fares."""

    name: str
    """Its name; `paths` for the corpus's own files and folders."""
    kind: str
    """What it is, e.g. `web`; `undeclared` where documents are left of a source that plimsoll.toml no longer names."""
    documents: int
    """Documents that are known from it."""
    result: SyncResult
    """How its last synchronisation ended; `never` before the first."""
    message: str
    """Why, in words; empty after a success."""
    is_held: bool
    """Whether it waits for `plimsoll knowledge confirm`."""
    started_at: datetime | None
    """When the last synchronisation began."""
    finished_at: datetime | None
    """When it ended; earlier than its beginning while it runs, or when it was killed."""
    succeeded_at: datetime | None
    """When one last succeeded."""
    age_seconds: float | None
    """Time since then."""
    max_age_seconds: float | None
    """Age from which it is stale; None: never."""
    is_stale: bool
    """Whether it is older than that, or has a greatest age and never succeeded."""
    next_sync_at: datetime | None = None
    """When a running server synchronises it next; in the past where none has looked since; None: on no schedule."""


class Standings(msgspec.Struct, frozen=True, kw_only=True):
    """What is written down of a corpus's sources."""

    rows: Mapping[str, SourceRow]
    """How each fares, by name."""
    counts: Mapping[str, int]
    """Documents by origin."""
    now: datetime
    """When this was read."""


def describe_sources(declared: Sequence[DeclaredSource], standings: Standings) -> list[SourceState]:
    """Return the state of each declared source in order, then what is left of sources that are not declared."""
    names = {one.name for one in declared}
    left = sorted(origin for origin, count in standings.counts.items() if count and origin and origin not in names)
    known = [_describe(one.name, standings, kind=one.source.kind, max_age=one.max_age) for one in declared]
    return known + [_describe(origin, standings, kind="undeclared", max_age=None) for origin in left]


def _describe(origin: str, standings: Standings, *, kind: str, max_age: timedelta | None) -> SourceState:
    name = origin or PATHS
    row = standings.rows.get(name) or SourceRow(name=name, kind=kind)
    age = (standings.now - row.succeeded_at).total_seconds() if row.succeeded_at else None
    most = max_age.total_seconds() if max_age is not None else None
    return SourceState(
        name=name,
        kind=kind,
        documents=standings.counts.get(origin, 0),
        result=row.result,
        message=row.message,
        is_held=row.result == "held" and kind != "undeclared",
        started_at=row.started_at,
        finished_at=row.finished_at,
        succeeded_at=row.succeeded_at,
        age_seconds=age,
        max_age_seconds=most,
        is_stale=most is not None and (age is None or age > most),
    )
