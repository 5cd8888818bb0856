"""What an `Upstream` has seen and has in flight, readable from any thread while it serves."""

import threading
from collections import deque
from collections.abc import Callable

from plimsoll.testing.seen import SeenRequest


class Logbook:
    """Counts of requests, under one lock."""

    def __init__(self, remembers: int) -> None:
        """Keep at most so many requests."""
        self.requests: deque[SeenRequest] = deque(maxlen=remembers)
        self.seen = 0
        self.abandoned = 0
        self.open = 0
        self.most_at_once = 0
        self.waiting = 0
        self._changed = threading.Condition()

    def begin(self, seen: SeenRequest) -> None:
        """Write down that a request came."""
        with self._changed:
            self.requests.append(seen)
            self.seen += 1
            self.open += 1
            self.most_at_once = max(self.most_at_once, self.open)
            self._changed.notify_all()

    def end(self, *, is_abandoned: bool) -> None:
        """Write down that a request ended."""
        with self._changed:
            self.open -= 1
            self.abandoned += is_abandoned
            self._changed.notify_all()

    def add_waiting(self, requests: int) -> None:
        """Write down that so many requests more (or less) wait to be released."""
        with self._changed:
            self.waiting += requests
            self._changed.notify_all()

    def copy(self) -> tuple[SeenRequest, ...]:
        """Return the requests so far, oldest first."""
        with self._changed:
            return tuple(self.requests)

    def wait(self, is_enough: Callable[[], bool], seconds: float) -> None:
        """Block until a condition on these counts holds. Raises TimeoutError that tells them."""
        with self._changed:
            if not self._changed.wait_for(is_enough, timeout=seconds):
                seen = f"{self.seen} requests, {self.abandoned} abandoned, {self.open} open, {self.waiting} waiting"
                raise TimeoutError(f"After {seconds:g} s the upstream had seen {seen}.")
