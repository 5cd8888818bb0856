"""Whether and when a request that failed is sent again, as the protocol says. Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRY_AGAIN = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may pass later; after any other it is given up."""
GIVE_UP_SECONDS = 300.0
"""How long one request is tried; what comes meanwhile waits in the queue, or is dropped and counted."""
_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 30.0


def find_pause(attempt: int, retry_after: str, *, now: datetime, first_seconds: float = _FIRST_SECONDS) -> float:
    """Return how many seconds to wait after the attempt of this number, from 1: as the receiver says, else doubling."""
    asked = read_retry_after(retry_after, now=now)
    if asked is not None:
        return min(asked, GIVE_UP_SECONDS)
    return min(first_seconds * 2 ** (min(attempt, 16) - 1), _LONGEST_SECONDS)


def read_retry_after(text: str, *, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date; None where it asks for none."""
    text = text.strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
