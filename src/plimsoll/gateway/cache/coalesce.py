"""Identical calls in flight become one: the first makes it, the others wait for it.

The gateway shares calls under their exact key. Nothing is kept: once a call has ended, the next one is a new call.
"""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Shared(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What a call gave, and to whom."""

    value: T
    """What it gave."""
    was_first: bool
    """Whether this caller made the call; False: it waited for another's."""


class _Flight(Generic[T]):
    """A call under way and how many wait for it."""

    __slots__ = ("task", "waiting")

    def __init__(self, task: "asyncio.Task[T]") -> None:
        self.task = task
        self.waiting = 0


class Coalescer(Generic[T]):
    """Shares calls by key among the callers of this process."""

    def __init__(self, *, max_calls: int = 10_000) -> None:
        """Share at most so many calls at a time; beyond that each caller makes its own."""
        self._max_calls = max_calls
        self._flights: dict[str, _Flight[T]] = {}
        self._ending: set[asyncio.Task[T]] = set()

    async def share(self, key: str, make: Callable[[], Awaitable[T]]) -> Shared[T]:
        """Return what the call under the key gives, making it unless it is under way.

        The call runs in the context of the first caller. A caller that is cancelled leaves the others alone; when the
        last one leaves, the call is cancelled. An error reaches every caller as an exception of its own, with the
        traceback of the call.
        """
        flight = self._flights.get(key)
        was_first = flight is None or flight.task.done()
        if flight is None or was_first:
            if len(self._flights) >= self._max_calls:
                return Shared(value=await make(), was_first=True)
            flight = self._take_off(key, make)
        flight.waiting += 1
        try:
            await asyncio.wait((flight.task,))
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._abandon(key, flight)
        return Shared(value=read_result(flight.task), was_first=was_first)

    async def close(self) -> None:
        """Cancel every call and wait for its end."""
        tasks = [*(flight.task for flight in self._flights.values()), *self._ending]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _take_off(self, key: str, make: Callable[[], Awaitable[T]]) -> _Flight[T]:
        async def run() -> T:
            return await make()

        flight = _Flight(asyncio.create_task(run()))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, task))
        return flight

    def _land(self, key: str, task: "asyncio.Task[T]") -> None:
        """Forget a call that has ended. Asking for its error keeps asyncio from reporting one that nobody waits for."""
        self._ending.discard(task)
        flight = self._flights.get(key)
        if flight is not None and flight.task is task:
            del self._flights[key]
        if not task.cancelled():
            task.exception()

    def _abandon(self, key: str, flight: _Flight[T]) -> None:
        """Cancel a call that nobody waits for; whoever comes now makes a new one."""
        if self._flights.get(key) is flight:
            del self._flights[key]
        self._ending.add(flight.task)
        flight.task.cancel()


def read_result(task: "asyncio.Task[T]") -> T:
    """Return what a task that has ended gave, or raise a copy of its error."""
    if task.cancelled():
        raise asyncio.CancelledError
    error = task.exception()
    if error is not None:
        raise copy_error(error).with_traceback(error.__traceback__)
    return task.result()


def copy_error(error: BaseException) -> BaseException:
    """Return a copy of an error, so that callers who raise it do not write into each other's traceback and notes.

    The error itself comes back where its class cannot be copied.
    """
    try:
        twin = copy.copy(error)
    except Exception:  # noqa: BLE001  any class of error may be copied here, also one whose constructor objects
        return error
    if type(twin) is not type(error):
        return error
    notes: list[str] | None = getattr(error, "__notes__", None)
    if notes is not None:
        twin.__notes__ = list(notes)
    twin.__cause__ = error.__cause__
    twin.__context__ = error.__context__
    twin.__suppress_context__ = error.__suppress_context__
    return twin
