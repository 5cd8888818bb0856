"""Conversations of users: which had a turn lately, and what theirs came to. Answered by the index of sessions."""

from sqlalchemy import BigInteger, ColumnElement, Connection, case, cast, func, select

from plimsoll.traces.records import TrafficKind
from plimsoll.traces.tables.filtering import is_open_to, of_traffic
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SCORES, SUMMARIES
from plimsoll.traces.tables.unindexed import unindexed

_LOOKED_AT = 2_000
_MOST_SCORED = 20_000
_NONE: Row = {"scored": 0, "passed": 0}


def list_sessions(connection: Connection, *, tenant: str, seen_by: str, limit: int) -> list[Row]:
    """Return the conversations with the youngest turns, by the newest 2,000 of a tenant that the caller may see."""
    seen = _seen(tenant, seen_by)
    newest = select(SUMMARIES.c.session, SUMMARIES.c.start_ns).where(*seen, SUMMARIES.c.session.is_not(None))
    turns = connection.execute(newest.order_by(SUMMARIES.c.start_ns.desc()).limit(_LOOKED_AT)).all()
    names = list(dict.fromkeys(turn.session for turn in turns))[:limit]
    query = select(
        SUMMARIES.c.session,
        func.count().label("turns"),
        func.min(SUMMARIES.c.start_ns).label("first_ns"),
        func.max(SUMMARIES.c.start_ns).label("last_ns"),
        func.max(SUMMARIES.c.subject).label("subject"),
        func.sum(SUMMARIES.c.cost_usd).label("cost_usd"),
        cast(func.sum(SUMMARIES.c.unpriced), BigInteger).label("unpriced"),
        func.sum(case((SUMMARIES.c.outcome == "failed", 1), else_=0)).label("failed"),
    )
    query = query.where(SUMMARIES.c.session.in_(names), *seen).group_by(SUMMARIES.c.session)
    rows = rows_of(connection, query.order_by(func.max(SUMMARIES.c.start_ns).desc(), SUMMARIES.c.session))
    verdicts = _verdicts(connection, SUMMARIES.c.session.in_(names), *seen)
    return [{**row, **verdicts.get(row["session"], _NONE)} for row in rows]


def _verdicts(connection: Connection, *where: ColumnElement[bool]) -> dict[object, Row]:
    """Return how many scores of each conversation's turns say whether these passed, and how many say that they did.

    Scores are looked up turn by turn, so that of conversations with a million turns the newest 20,000 count.
    """
    turns = select(SUMMARIES.c.trace_id, SUMMARIES.c.session).where(*where)
    newest = turns.order_by(SUMMARIES.c.start_ns.desc()).limit(_MOST_SCORED).subquery()
    query = select(
        newest.c.session,
        func.count(SCORES.c.passed).label("scored"),
        func.sum(case((SCORES.c.passed, 1), else_=0)).label("passed"),
    ).join(SCORES, SCORES.c.trace_id == newest.c.trace_id)
    return {row["session"]: row for row in rows_of(connection, query.group_by(newest.c.session))}


def _seen(tenant: str, seen_by: str) -> tuple[ColumnElement[bool], ...]:
    return (unindexed(SUMMARIES.c.tenant) == tenant, is_open_to(seen_by), *of_traffic(TrafficKind.LIVE))
