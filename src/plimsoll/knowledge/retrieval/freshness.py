"""How old a document's text is, against what its source allows. Pure: the time comes in.

The age counts from when the document was last seen at its source as it is here, not from when its author changed it:
an old rule that was checked this morning is fresh.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from plimsoll.knowledge.tables.found import FoundChunk


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as stale at one moment."""

    now: datetime
    """The moment."""
    max_ages: Mapping[str, timedelta]
    """What each declared source allows, by its name."""
    otherwise: timedelta | None = None
    """What holds for all others; None: any age."""

    def age_of(self, chunk: FoundChunk) -> timedelta:
        """Return the time since the chunk's document was last checked, never negative."""
        return max(timedelta(0), self.now - chunk.checked_at)

    def is_stale(self, chunk: FoundChunk) -> bool:
        """Tell whether that is more than its source allows."""
        most = self.max_ages.get(chunk.origin, self.otherwise)
        return most is not None and self.age_of(chunk) > most


def describe_age(seconds: float) -> str:
    """Return an age in words: minutes below an hour, hours below two days, days beyond."""
    minutes, hours, days = seconds / 60, seconds / 3_600, seconds / 86_400
    if minutes < 1:
        return "less than a minute"
    if hours < 1:
        return _count(int(minutes), "minute")
    return _count(int(hours), "hour") if days < 2 else _count(int(days), "day")  # noqa: PLR2004 - 47 hours are clearer


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
