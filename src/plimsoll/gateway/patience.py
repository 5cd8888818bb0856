"""Bounds many short waits of one call with a single timer: a stream waits once for each of its chunks.

`asyncio.timeout` arms and drops a timer for each wait. This one is moved: while chunks come in time, it wakes once in
the longest time that a chunk may take.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """How long one task waits, time after time. `end` it when it waits no more."""

    def __init__(self) -> None:
        """Belong to the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._until = 0.0
        self._has_run_out = False

    async def wait(self, awaited: Awaitable[T], *, seconds: float) -> T:
        """Return what is awaited. Raises TimeoutError after so many seconds; a cancellation from outside passes."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        before = task.cancelling()
        self._waiting, self._until, self._has_run_out = task, self._loop.time() + seconds, False
        if self._timer is None or self._timer.when() > self._until:
            self._wake_at(self._until)
        try:
            return await awaited
        except asyncio.CancelledError as error:
            if self._has_run_out and task.uncancel() <= before:
                raise TimeoutError from error
            raise
        finally:
            self._waiting = None

    def end(self) -> None:
        """Drop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake_at(self, when: float) -> None:
        self.end()
        self._timer = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._until:
            self._wake_at(self._until)
        else:
            self._has_run_out = True
            self._waiting.cancel()
