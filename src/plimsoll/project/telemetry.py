"""What other programs send about themselves by OTLP, received: read in a thread, priced, and written down for good.

The server calls it. It answers only when what it kept is in the database, so that a sender may forget it.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from plimsoll.errors import Overloaded, StoreUnavailable
from plimsoll.project.parts import Parts
from plimsoll.project.telemetry_prices import TelemetryPrices
from plimsoll.records import Principal, Span
from plimsoll.traces import Form, Received, read_export

_MOST_AT_ONCE = 4
_MOST_WAITING = 60
_WRITE_SECONDS = 10.0


class Telemetry:
    """Receives traces. One a project: it bounds how many requests are worked on at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._prices = TelemetryPrices(parts.models.find_price)
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        # Reading holds the interpreter all the time, so that two at once would only need twice the memory.
        self._reading = asyncio.Lock()
        self._waiting = 0

    async def receive(self, body: bytes, *, form: Form, is_gzip: bool, caller: Principal) -> Received:
        """Keep the spans of an export request as the caller's tenant's, and return what was not kept and why.

        Raises:
            InvalidRequest, TooLarge: it cannot be read.
            Overloaded, StoreUnavailable, DiskFull: nothing of it may have been kept; the sender should send it again.

        """
        async with self._place():
            async with self._reading:
                received = await asyncio.to_thread(read_export, body, form=form, is_gzip=is_gzip, tenant=caller.tenant)
            await self._prices.fill_in(received.spans)
            await self._write(received.spans)
            return received

    async def _write(self, spans: Sequence[Span]) -> None:
        capture = self._parts.capture
        for span in spans:
            if not capture.put(span):
                raise Overloaded("More spans wait to be written than fit.", next_step="Send them again in a second.")
        if not await capture.flush(timeout_seconds=_WRITE_SECONDS):
            raise StoreUnavailable(
                "The spans could not be written yet.",
                next_step="Send them again; `plimsoll doctor` says what is wrong.",
            )

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        if self._waiting >= _MOST_WAITING:
            raise Overloaded(
                f"{_MOST_WAITING} export requests wait already, as many as may.", next_step="Send it again in a second."
            )
        self._waiting += 1
        try:
            async with self._places:
                yield
        finally:
            self._waiting -= 1
