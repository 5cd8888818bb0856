"""The two families of tables, and how a moment is stored. Rooms declare their tables on these."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import BigInteger, Dialect, MetaData
from sqlalchemy.types import TypeDecorator

Schema = Literal["state", "traces"]
"""Which family of tables a store holds; each has its own migrations."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

STATE = MetaData(naming_convention=_NAMES)
"""Tables of what the project is and knows: keys, documents, chunks, runs."""

TRACES = MetaData(naming_convention=_NAMES)
"""Tables of what happened: spans and scores. Apart, so that telemetry never blocks the rest."""

METADATA: dict[Schema, MetaData] = {"state": STATE, "traces": TRACES}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A column type for a moment: an aware datetime outside, whole microseconds since 1970 in UTC inside.

    It sorts and compares alike on every database. A datetime without a time zone is refused.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return microseconds since 1970."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: pass an aware datetime, as Clock.now() returns it")
        return (value - _EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the moment, in UTC."""
        return None if value is None else _EPOCH + value * _TICK
