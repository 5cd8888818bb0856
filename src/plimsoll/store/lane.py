"""A bounded line of jobs in front of a few threads: how blocking database work meets the event loop.

Each store has one lane for reads and one for writes. A job either never begins or runs to its end: giving up waiting
for it (cancellation, deadline) does not stop it half-way.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from plimsoll.errors import Overloaded, StoreUnavailable

T = TypeVar("T")


class Lane:
    """Threads with a bounded line in front of them."""

    def __init__(self, name: str, *, threads: int, bound: int) -> None:
        self._name = name
        self._bound = bound
        self._places = threading.BoundedSemaphore(bound)
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"plimsoll-{name}")

    async def run(self, job: Callable[[], T], *, timeout_seconds: float) -> T:
        """Run the job in a thread and return what it returns.

        Raises Overloaded when the line is full, StoreUnavailable when the job is not done in time; a job that has
        begun by then still runs to its end, one that has not is dropped.
        """
        if not self._places.acquire(blocking=False):
            raise Overloaded(
                f"More than {self._bound} {self._name} jobs wait for the database.", next_step="Try again."
            )
        future = self._submit(job)
        deadline = asyncio.timeout(timeout_seconds)
        try:
            async with deadline:
                return await asyncio.wrap_future(future)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise StoreUnavailable(
                f"The database did not finish a {self._name} job within {timeout_seconds:g} s; it may still finish.",
                next_step="Try again; if it stays so, run `plimsoll doctor`.",
            ) from None

    def _submit(self, job: Callable[[], T]) -> "Future[T]":
        try:
            future = self._executor.submit(job)
        except RuntimeError:
            self._places.release()
            raise StoreUnavailable("The store is closed.", next_step="Open the project again.") from None
        future.add_done_callback(lambda _: self._places.release())
        return future

    async def close(self, *, timeout_seconds: float) -> None:
        """Take no more jobs and wait for those in line to end; raise TimeoutError when they do not in time."""
        async with asyncio.timeout(timeout_seconds):
            await asyncio.to_thread(self._executor.shutdown)
