"""How much was used in the last minute, by seconds. Pure: the time is handed in, in seconds.

An amount that was used at second s is counted until s + 61, so whatever falls into any 60 seconds was counted together
when the last of it was let in: a sum over any rolling minute never exceeds the limit. At most 61 numbers are kept.
"""

from collections import deque

SPAN_SECONDS = 60
"""The time that limits speak of."""


class Window:
    """Amounts of the last minute and their sum."""

    __slots__ = ("_seconds", "used")

    def __init__(self) -> None:
        self._seconds: deque[list[int]] = deque()
        self.used = 0
        """The sum of what counts, as of the last call."""

    def expire(self, now: float) -> int:
        """Forget what no longer counts and return the sum of what does."""
        seconds = self._seconds
        while seconds and seconds[0][0] + SPAN_SECONDS + 1 <= now:
            self.used -= seconds.popleft()[1]
        return self.used

    def add(self, second: int, amount: int) -> None:
        """Count an amount in a second that is the newest, or newer than all."""
        seconds = self._seconds
        if seconds and seconds[-1][0] >= second:
            seconds[-1][1] += amount
        else:
            seconds.append([second, amount])
        self.used += amount

    def give_back(self, second: int, amount: int) -> None:
        """Count an amount less in a second; nothing where that second counts no more."""
        for kept in reversed(self._seconds):
            if kept[0] <= second:
                if kept[0] == second:
                    kept[1] -= amount
                    self.used -= amount
                return

    def seconds_until(self, room: int, *, limit: int, now: float) -> float | None:
        """Return when an amount will fit, counted from now; None when it never will."""
        if room > limit:
            return None
        left = self.used
        for second, amount in self._seconds:
            left -= amount
            if left + room <= limit:
                return second + SPAN_SECONDS + 1 - now
        return 0.0
