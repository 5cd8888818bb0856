"""Which traces may be left out, and with which chance others stayed."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, func, or_, select, tuple_

from plimsoll.store import insert_or_change
from plimsoll.traces.tables.schema import SAMPLED, SCORES, SUMMARIES


class Candidate(NamedTuple):
    """A trace that has ended, as far as sampling looks at it."""

    trace_id: str
    start_ns: int
    span_count: int
    feature: str | None
    duration_ns: int
    chance: float | None
    """With which it stayed before; None for one that was not sampled yet."""


def list_candidates(connection: Connection, *, after: tuple[int, str], before_ns: int, limit: int) -> list[Candidate]:
    """Return the first traces after that beginning and id that ended before and that no rule keeps.

    Kept are those that failed, that have no root, that are cases of evaluations, and that have a score.
    """
    row = SUMMARIES.c
    place = tuple_(row.start_ns, row.trace_id)
    has_failed = or_(row.error.is_not(None), row.error_class.is_not(None), func.coalesce(row.outcome, "") == "failed")
    is_scored = exists().where(SCORES.c.trace_id == row.trace_id)
    is_ordinary = and_(row.has_root, row.settled, row.dataset.is_(None), ~has_failed, ~is_scored)
    columns = (row.trace_id, row.start_ns, row.span_count, row.feature, row.duration_ns, SAMPLED.c.chance)
    query = select(*columns).outerjoin_from(SUMMARIES, SAMPLED, SAMPLED.c.trace_id == row.trace_id)
    query = query.where(place > tuple_(*after), row.start_ns < before_ns, row.end_ns < before_ns, is_ordinary)
    return [Candidate(*found) for found in connection.execute(query.order_by(row.start_ns, row.trace_id).limit(limit))]


def note_chances(connection: Connection, *, trace_ids: Sequence[str], chance: float) -> None:
    """Note with which chance these traces stayed."""
    rows = [{"trace_id": trace_id, "chance": chance} for trace_id in sorted(trace_ids)]
    insert_or_change(connection, SAMPLED, rows, key=("trace_id",), replace=("chance",))


def read_chances(connection: Connection, trace_ids: Sequence[str]) -> dict[str, float]:
    """Return the chances with which traces stayed, by their ids; those that stayed for certain are left out."""
    query = select(SAMPLED.c.trace_id, SAMPLED.c.chance).where(SAMPLED.c.trace_id.in_(trace_ids))
    return {row.trace_id: row.chance for row in connection.execute(query)}
