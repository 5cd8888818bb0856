"""When a worker that ended is started again, and when its parent gives up. Pure; `workers` asks."""

from collections import deque

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 10.0
MOST_ENDS = 5
"""Ends within the window after which starting again is given up."""
WINDOW_SECONDS = 60.0


class Restarts:
    """The ends of one worker of late."""

    def __init__(self) -> None:
        self._ends: deque[float] = deque(maxlen=MOST_ENDS)

    def wait_after_end(self, now: float) -> float | None:
        """Note that the worker ended; return how many seconds to wait before the next start, None to give up.

        The wait doubles with each end within the last minute. `now` is in seconds of a monotonic clock.
        """
        while self._ends and self._ends[0] <= now - WINDOW_SECONDS:
            self._ends.popleft()
        self._ends.append(now)
        if len(self._ends) >= MOST_ENDS:
            return None
        return min(FIRST_WAIT_SECONDS * 2.0 ** (len(self._ends) - 1), LONGEST_WAIT_SECONDS)
