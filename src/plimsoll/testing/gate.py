"""A gate that tests close and open from any thread, and requests wait at on the server's loop."""

import asyncio

from plimsoll.testing.logbook import Logbook


class Gate:
    """Where requests wait while the test holds them."""

    def __init__(self, log: Logbook) -> None:
        """Begin open; those that wait are counted in the log."""
        self._log = log
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._released = asyncio.Event()

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the loop that requests wait on."""
        self._loop = loop

    def close(self) -> None:
        """Let requests that come from now on wait."""
        self._is_closed = True

    def open(self) -> None:
        """Let go of all that wait."""
        self._is_closed = False
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._let_go)

    async def pass_through(self) -> None:
        """Return at once where the gate is open, else when it opens."""
        if self._is_closed:
            await self.wait_for_release()

    async def wait_for_release(self) -> None:
        """Return when the gate is opened the next time, whether it is closed or not."""
        released = self._released
        self._log.add_waiting(1)
        try:
            await released.wait()
        finally:
            self._log.add_waiting(-1)

    def _let_go(self) -> None:
        self._released.set()
        self._released = asyncio.Event()
