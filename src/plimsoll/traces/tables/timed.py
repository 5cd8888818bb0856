"""How long a transaction takes once it has its turn, so that steps can be made small enough."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Change = Callable[[Connection], T]


class Timed(Generic[T]):
    """A change that notes when it began, since others may have been written before it, and how much it worked."""

    def __init__(self, change: Change[T]) -> None:
        self._change = change
        self._begun = 0.0
        self.worked_seconds = 0.0
        """CPU time of the change, without the commit."""

    def __call__(self, connection: Connection) -> T:
        """Note the moment and make the change."""
        self._begun = time.perf_counter()
        worked = time.thread_time()
        done = self._change(connection)
        self.worked_seconds = time.thread_time() - worked
        return done

    def seconds(self) -> float:
        """Return the time since it began; ask once it is committed."""
        return time.perf_counter() - self._begun
