"""How many spans were lost, and when that was noted."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from plimsoll.records import Clock, new_id
from plimsoll.traces.tables.schema import LOSSES

KEPT = timedelta(days=30)
"""How long it is known."""


def insert_loss(connection: Connection, *, spans: int, clock: Clock) -> None:
    """Note that so many spans were lost until now, and forget what is older than 30 days."""
    now = clock.now()
    connection.execute(delete(LOSSES).where(LOSSES.c.at < now - KEPT))
    connection.execute(insert(LOSSES).values(loss_id=new_id(clock), at=now, spans=spans))


def sum_losses(connection: Connection, *, since: datetime) -> int:
    """Return how many spans were lost since the moment, in every process that wrote it down."""
    query = select(func.coalesce(func.sum(LOSSES.c.spans), 0)).where(LOSSES.c.at >= since)
    return int(connection.execute(query).scalar_one())
