"""A clock that moves only when told to. Tests pass it wherever a `Clock` is asked for."""

from datetime import UTC, datetime, timedelta

_START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """A `Clock` moved by hand: wall time and monotonic time go together."""

    def __init__(self, start: datetime = _START) -> None:
        """Begin at a moment, which must carry its time zone."""
        if start.tzinfo is None:
            raise ValueError(f"A clock needs a time zone and {start!r} has none.")
        self._start = start.astimezone(UTC)
        self._passed = timedelta()

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Return the seconds that were let pass."""
        return self._passed.total_seconds()

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises ValueError for a negative amount: time does not go back."""
        if seconds < 0:
            raise ValueError(f"Time does not go back: {seconds!r} s.")
        self._passed += timedelta(seconds=seconds)
