"""What is to stay, and what went: records."""

from datetime import datetime

import msgspec


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces stay. What is None does not bound anything."""

    since: datetime | None = None
    """Traces with a step that ended at this moment or later."""
    marked_since: datetime | None = None
    """The same for cases of evaluations and for traces that someone or something has scored; None: as `since`."""
    figures_since: datetime | None = None
    """Counts of minutes, hours and days that began at this moment or later; traces that go take nothing from them."""
    most_bytes: int | None = None
    """As much as the newest of them take; marked ones go after all others, those of the last ten minutes never."""


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """What went, or would go."""

    traces: int
    """Whole traces."""
    spans: int
    """Their steps."""
    bytes_before: int
    """What traces took in the database before; in PostgreSQL an estimate from a sample."""
    bytes_after: int
    """What they take now; after a trial, what they would take."""
    file_bytes: int
    """What the database takes on the disk now: SQLite gives free pages back, PostgreSQL uses them again."""
