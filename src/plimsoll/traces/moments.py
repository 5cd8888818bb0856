"""Moments as the nanoseconds since 1970 that spans are stored with. Pure."""

from datetime import UTC, datetime, timedelta

from plimsoll.errors import InvalidRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds_of(moment: datetime) -> int:
    """Return the nanoseconds since 1970. Raises InvalidRequest for a moment without a time zone."""
    if moment.tzinfo is None:
        raise InvalidRequest(f"{moment!r} has no time zone: give an aware datetime.")
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def moment_of(nanoseconds: int) -> datetime:
    """Return the moment so many nanoseconds after 1970 began, to the microsecond."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
