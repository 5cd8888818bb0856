"""The whiles that figures are shown over, each cut into steps that roll-ups are kept for. Pure."""

from datetime import UTC, datetime, timedelta

import msgspec

from plimsoll.errors import InvalidRequest, one_of


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A while up to now, and how it is cut."""

    name: str
    """How it is asked for, e.g. `24h`."""
    words: str
    """How it is said, e.g. `24 hours`."""
    length: timedelta
    """How long it is."""
    step: timedelta
    """How long a point of a chart is."""

    def ends(self, now: datetime) -> tuple[datetime, datetime]:
        """Return its first moment and its end, on whole steps, the one that is under way included."""
        steps = int(now.timestamp() // self.step.total_seconds()) + 1
        until = datetime.fromtimestamp(steps * self.step.total_seconds(), UTC)
        return until - self.length, until


WINDOWS = {
    one.name: one
    for one in (
        Window(name="1h", words="1 hour", length=timedelta(hours=1), step=timedelta(minutes=1)),
        Window(name="24h", words="24 hours", length=timedelta(hours=24), step=timedelta(hours=1)),
        Window(name="7d", words="7 days", length=timedelta(days=7), step=timedelta(hours=3)),
        Window(name="30d", words="30 days", length=timedelta(days=30), step=timedelta(days=1)),
    )
}
DEFAULT_WINDOW = "24h"
LONGEST_WINDOW = "30d"


def find_window(name: str) -> Window:
    """Return the window of this name. Raises InvalidRequest for another."""
    if name not in WINDOWS:
        raise InvalidRequest(f"window={name!r} is none.", next_step=f"Choose {one_of(list(WINDOWS))}.")
    return WINDOWS[name]
