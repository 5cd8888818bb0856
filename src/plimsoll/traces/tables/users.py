"""Who asked lately, by the newest requests of a tenant that a reader may see. The index of all facts names these."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, Subquery, case, func, select

from plimsoll.traces.records import TrafficKind
from plimsoll.traces.tables.filtering import is_open_to, of_traffic
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SCORES, SUMMARIES

MOST_LOOKED_AT = 20_000
"""Requests that users are counted by: the newest."""
_NONE: Row = {"scored": 0, "passed": 0}


class CountedUsers(NamedTuple):
    """How many there are."""

    requests: int
    """Requests that were looked at."""
    unnamed: int
    """Those of them that name nobody."""
    users: int
    """Users that the others name."""
    first_ns: int
    """When the oldest one began; 0 where there is none."""


def count_users(connection: Connection, *, tenant: str, seen_by: str, since_ns: int) -> CountedUsers:
    """Return how many users asked since the moment, and what was looked at for it."""
    looked = _newest(tenant, seen_by, since_ns)
    query = select(
        func.count(),
        func.count() - func.count(looked.c.subject),
        func.count(looked.c.subject.distinct()),
        func.coalesce(func.min(looked.c.start_ns), 0),
    )
    return CountedUsers(*(int(number) for number in connection.execute(query.select_from(looked)).one()))


def list_users(
    connection: Connection, *, tenant: str, seen_by: str, since_ns: int, order: str, limit: int
) -> list[Row]:
    """Return the sums over the requests of each user since the moment, and over the scores of these, by the order."""
    looked = _newest(tenant, seen_by, since_ns, SUMMARIES.c.outcome, SUMMARIES.c.cost_usd)
    sums = {
        "requests": func.count(),
        "failed": func.sum(case((looked.c.outcome == "failed", 1), else_=0)),
        "cost_usd": func.sum(looked.c.cost_usd),
        "unpriced": func.count() - func.count(looked.c.cost_usd),
        "last_ns": func.max(looked.c.start_ns),
    }
    key = {"newest": "last_ns", "busiest": "requests", "failing": "failed", "dearest": "cost_usd"}[order]
    query = select(looked.c.subject, *(one.label(name) for name, one in sums.items()))
    query = query.where(looked.c.subject.is_not(None)).group_by(looked.c.subject)
    rows = rows_of(connection, query.order_by(sums[key].desc().nulls_last(), looked.c.subject).limit(limit))
    verdicts = _verdicts(connection, [str(row["subject"]) for row in rows], _newest(tenant, seen_by, since_ns))
    return [{**row, **verdicts.get(row["subject"], _NONE)} for row in rows]


def _verdicts(connection: Connection, subjects: list[str], looked: Subquery) -> dict[object, Row]:
    """Return how many scores of each user's requests say whether these passed, and how many say that they did."""
    query = select(
        looked.c.subject,
        func.count(SCORES.c.passed).label("scored"),
        func.sum(case((SCORES.c.passed, 1), else_=0)).label("passed"),
    ).join(SCORES, SCORES.c.trace_id == looked.c.trace_id)
    query = query.where(looked.c.subject.in_(subjects)).group_by(looked.c.subject)
    return {row["subject"]: row for row in rows_of(connection, query)}


def _newest(tenant: str, seen_by: str, since_ns: int, *more: Column[object]) -> Subquery:
    """Return the newest requests of users that the reader may see, with who asked."""
    query = select(SUMMARIES.c.trace_id, SUMMARIES.c.subject, SUMMARIES.c.start_ns, *more)
    query = query.where(SUMMARIES.c.tenant == tenant, SUMMARIES.c.start_ns >= since_ns, is_open_to(seen_by))
    return (
        query.where(*of_traffic(TrafficKind.LIVE))
        .order_by(SUMMARIES.c.start_ns.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
