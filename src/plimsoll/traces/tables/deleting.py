"""Deleting traces, by person and by age."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, insert, or_, select, tuple_, update

from plimsoll.traces.tables.cleaning import mark_stale
from plimsoll.traces.tables.schema import LEAVING, SAMPLED, SCORES, SPANS, SUMMARIES
from plimsoll.traces.tables.statements import delete_rows

_FOUND_AT_ONCE = 100
_EXTENT = (SUMMARIES.c.trace_id, SUMMARIES.c.start_ns, SUMMARIES.c.end_ns)


class Leaving(NamedTuple):
    """A trace that is to go."""

    trace_id: str
    start_ns: int
    span_count: int


def list_of_subject(connection: Connection, subject: str, tenant: str) -> list[Leaving]:
    """Return all traces with a span of the subject."""
    is_named = SUMMARIES.c.other_subjects.contains(f"|{subject}|", autoescape=True)
    is_theirs = or_(SUMMARIES.c.subject == subject, and_(SUMMARIES.c.other_subjects.is_not(None), is_named))
    query = select(SUMMARIES.c.trace_id, SUMMARIES.c.start_ns, SUMMARIES.c.span_count)
    found = connection.execute(query.where(is_theirs, SUMMARIES.c.tenant == tenant))
    return [Leaving(*row) for row in found]


class Gone(NamedTuple):
    """What a step deleted."""

    traces: int
    spans: int


def list_leaving(
    connection: Connection, *, after: tuple[int, str], before_ns: int, spares_marked: bool, limit: int
) -> list[Leaving]:
    """Return the first traces after that beginning and id of which no span ended at the moment or later.

    `spares_marked` leaves out cases of evaluations and traces with a score.
    """
    place = tuple_(SUMMARIES.c.start_ns, SUMMARIES.c.trace_id)
    is_old = and_(SUMMARIES.c.start_ns < before_ns, SUMMARIES.c.end_ns < before_ns)
    query = select(SUMMARIES.c.trace_id, SUMMARIES.c.start_ns, SUMMARIES.c.span_count)
    query = query.where(is_old, place > tuple_(*after))
    if spares_marked:
        is_scored = exists().where(SCORES.c.trace_id == SUMMARIES.c.trace_id)
        query = query.where(SUMMARIES.c.dataset.is_(None), ~is_scored)
    ordered = query.order_by(SUMMARIES.c.start_ns, SUMMARIES.c.trace_id).limit(limit)
    return [Leaving(*row) for row in connection.execute(ordered)]


def delete_old(
    connection: Connection, *, trace_ids: Sequence[str], before_ns: int, spares_scored: bool = False
) -> Gone:
    """Delete those of the traces that may still go: a span, or a score, may have come since they were chosen."""
    may_go = and_(SUMMARIES.c.trace_id.in_(sorted(trace_ids)), *_may_go(before_ns, spares_scored=spares_scored))
    left = connection.execute(delete(SUMMARIES).where(may_go).returning(*_EXTENT)).all()
    gone = [trace_id for trace_id, _, _ in left]
    delete_rows(connection, SAMPLED, gone)
    mark_stale(connection, [(start, end) for _, start, end in left])
    delete_rows(connection, SCORES, gone, by="trace_id")
    return Gone(len(gone), delete_rows(connection, SPANS, gone))


def hide_trace(connection: Connection, *, trace_id: str, before_ns: int, spares_scored: bool = False) -> bool:
    """Take away all of a trace that may still go but its spans, and note that these are to follow; return whether."""
    may_go = and_(SUMMARIES.c.trace_id == trace_id, *_may_go(before_ns, spares_scored=spares_scored))
    left = connection.execute(delete(SUMMARIES).where(may_go).returning(*_EXTENT)).all()
    if not left:
        return False
    connection.execute(delete(LEAVING).where(LEAVING.c.trace_id == trace_id))
    connection.execute(insert(LEAVING).values(trace_id=trace_id, before_ns=before_ns))
    connection.execute(delete(SAMPLED).where(SAMPLED.c.trace_id == trace_id))
    mark_stale(connection, [(start, end) for _, start, end in left])
    connection.execute(delete(SCORES).where(SCORES.c.trace_id == trace_id))
    return True


def find_hidden(connection: Connection) -> list[tuple[str, int]]:
    """Return traces of which only spans are left, each with the moment before which it ended."""
    return [(name, before_ns) for name, before_ns in connection.execute(select(LEAVING).limit(_FOUND_AT_ONCE))]


def delete_hidden(connection: Connection, *, trace_id: str, before_ns: int, limit: int) -> Gone:
    """Delete the first spans of a hidden trace; with the last ones it counts as gone.

    Spans that came since and ended later stay, with the row that they were given.
    """
    is_old = and_(SPANS.c.trace_id == trace_id, SPANS.c.end_ns < before_ns)
    place = tuple_(SPANS.c.start_ns, SPANS.c.span_id)
    first = select(SPANS.c.start_ns, SPANS.c.span_id).where(is_old)
    last = connection.execute(first.order_by(SPANS.c.start_ns, SPANS.c.span_id).offset(limit - 1).limit(1)).first()
    if last is not None:
        return Gone(0, connection.execute(delete(SPANS).where(is_old, place <= tuple_(*last))).rowcount)
    come_again = and_(SUMMARIES.c.trace_id == trace_id, *_may_go(before_ns, spares_scored=False))
    again = connection.execute(delete(SUMMARIES).where(come_again).returning(*_EXTENT)).all()
    mark_stale(connection, [(start, end) for _, start, end in again])
    connection.execute(delete(LEAVING).where(LEAVING.c.trace_id == trace_id))
    return Gone(1, connection.execute(delete(SPANS).where(is_old)).rowcount)


def _may_go(before_ns: int, *, spares_scored: bool) -> list[ColumnElement[bool]]:
    is_old = SUMMARIES.c.end_ns < before_ns
    is_scored = exists().where(SCORES.c.trace_id == SUMMARIES.c.trace_id)
    return [is_old, ~is_scored] if spares_scored else [is_old]


def list_old_figures(connection: Connection, *, table: Table, before: int, limit: int) -> list[str]:
    """Return the ids of some counts of spans of time that began before."""
    return list(connection.execute(select(table.c.id).where(table.c.start < before).limit(limit)).scalars())


def delete_figures(connection: Connection, *, table: Table, ids: Sequence[str]) -> None:
    """Delete counts."""
    connection.execute(delete(table).where(table.c.id.in_(ids)))


def blank_judge(connection: Connection, judge: str) -> int:
    """Take a person's id and words out of the scores they gave; return how many those were."""
    return connection.execute(update(SCORES).where(SCORES.c.by == judge).values(by="", reason="")).rowcount
