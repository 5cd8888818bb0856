"""Money as whole billionths of a US dollar, so that sums are exact; and the periods of budgets. Pure."""

from datetime import UTC, datetime, timedelta

from plimsoll.records import Period

_NANO = 1_000_000_000
_MOST_USD = 1_000_000_000.0


def to_nano(usd: float) -> int:
    """Return billionths of a dollar. Raises ValueError for what is no amount: negative, endless or not a number."""
    if not 0.0 <= usd <= _MOST_USD:
        raise ValueError(f"{usd!r} is not an amount from 0 to {_MOST_USD:,.0f} US dollars")
    return round(usd * _NANO)


def to_usd(nano: int) -> float:
    """Return dollars."""
    return nano / _NANO


def name_period(at: datetime, period: Period) -> str:
    """Return the period that a moment in UTC falls into: `2026-11-21`, `2026-11` or `total`."""
    if period == "total":
        return "total"
    return f"{at:%Y-%m-%d}" if period == "day" else f"{at:%Y-%m}"


def end_period(at: datetime, period: Period) -> datetime | None:
    """Return when the period that a moment in UTC falls into ends; None when it never does."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return midnight + timedelta(days=1)
    # The 28th and four days are always in the next month.
    return (midnight.replace(day=28) + timedelta(days=4)).replace(day=1) if period == "month" else None
