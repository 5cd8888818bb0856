"""How many requests of users began since a moment, up to a bound: what a page that is open asks again and again."""

from sqlalchemy import Connection, func, select

from plimsoll.traces.records import TrafficKind
from plimsoll.traces.short_names import shorten_name
from plimsoll.traces.tables.filtering import is_open_to, of_traffic
from plimsoll.traces.tables.schema import SUMMARIES


def count_begun(
    connection: Connection, *, tenant: str, since_ns: int, most: int, feature: str | None, seen_by: str | None
) -> int:
    """Return how many requests of a tenant's users began at the moment or later, `most` at most; by an index."""
    query = select(SUMMARIES.c.trace_id).where(SUMMARIES.c.tenant == tenant, SUMMARIES.c.start_ns >= since_ns)
    query = query.where(*of_traffic(TrafficKind.LIVE))
    if feature is not None:
        query = query.where(SUMMARIES.c.feature == shorten_name(feature))
    if seen_by is not None:
        query = query.where(is_open_to(seen_by))
    found = query.order_by(SUMMARIES.c.start_ns.desc()).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())
