"""How many traces a filter lets through of which a reader is shown figures only, up to a bound."""

from sqlalchemy import Connection, func, select

from plimsoll.traces.records import TraceFilter
from plimsoll.traces.short_names import shorten_name
from plimsoll.traces.tables.filtering import narrow
from plimsoll.traces.tables.schema import SUMMARIES


def count_closed(connection: Connection, *, where: TraceFilter, reader: str, most: int) -> int:
    """Return how many of them rest on documents that not everybody may read and were asked by others."""
    is_closed = (SUMMARIES.c.is_closed, func.coalesce(SUMMARIES.c.subject, "") != shorten_name(reader))
    found = select(SUMMARIES.c.trace_id).where(*narrow(connection, where, by_scan=True), *is_closed).limit(most)
    return int(connection.execute(select(func.count()).select_from(found.subquery())).scalar_one())
