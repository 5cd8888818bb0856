"""What other programs send about themselves by OTLP, received: read in a thread, priced, and written down for good.

The server calls it. It answers only when what it kept is in the database, so that a sender may forget it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec

from plimsoll.errors import Overloaded
from plimsoll.project.parts import Parts
from plimsoll.project.traces.telemetry_prices import TelemetryPrices
from plimsoll.records import Principal
from plimsoll.traces import (
    Form,
    Received,
    ReceivedLogs,
    Reply,
    leave_out,
    leave_out_logs,
    read_export,
    read_log_export,
)

_MOST_AT_ONCE = 4
_MOST_WAITING = 60
_Received = TypeVar("_Received", Received, ReceivedLogs)


class Telemetry:
    """Receives traces. One a project: it bounds how many requests are worked on at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._prices = TelemetryPrices(parts.models.find_price)
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        # Reading holds the interpreter all the time, so that two at once would only need twice the memory.
        self._reading = asyncio.Lock()
        self._waiting = 0

    async def receive_spans(self, body: bytes, *, form: Form, is_gzip: bool, caller: Principal) -> Reply:
        """Keep the spans of an export request as the caller's tenant's, and return what was not kept and why.

        Raises:
            InvalidRequest, TooLarge: it cannot be read.
            Overloaded, StoreUnavailable, DiskFull: nothing of it may have been kept; the sender should send it again.

        """
        async with self._place():
            received = await self._read(read_export, body, form=form, is_gzip=is_gzip, tenant=caller.tenant)
            foreign = await self._find_foreign([span.trace_id for span in received.spans], caller)
            received = leave_out(received, foreign) if foreign else received
            await self._prices.fill_in(received.spans)
            return await self._write(received)

    async def receive_logs(self, body: bytes, *, form: Form, is_gzip: bool, caller: Principal) -> Reply:
        """Keep the scores and messages of an export request of log records; raises what `receive_spans` raises."""
        async with self._place():
            received = await self._read(read_log_export, body, form=form, is_gzip=is_gzip, tenant=caller.tenant)
            about = [score.trace_id for score in received.scores if score.trace_id is not None]
            foreign = await self._find_foreign([*about, *(span.trace_id for span in received.spans)], caller)
            received = leave_out_logs(received, foreign) if foreign else received
            received = await self._write(received)
            if received.scores:
                await self._parts.traces.add_scores(list(received.scores), ids=received.score_ids)
            return received

    async def _read(
        self, read: Callable[..., _Received], body: bytes, *, form: Form, is_gzip: bool, tenant: str
    ) -> _Received:
        async with self._reading:
            return await asyncio.to_thread(read, body, form=form, is_gzip=is_gzip, tenant=tenant)

    async def _find_foreign(self, trace_ids: Iterable[str], caller: Principal) -> frozenset[str]:
        """Return which of the traces are another tenant's: a key writes into no trace but its own tenant's."""
        return await self._parts.traces.find_foreign(list(dict.fromkeys(trace_ids)), tenant=caller.tenant)

    async def _write(self, received: _Received) -> _Received:
        refused = await self._parts.capture.put_all(received.spans, characters=received.size)
        if not refused:
            return received
        said = f"{refused} spans were refused by the database."
        reasons = f"{received.reasons} {said}".strip()
        return msgspec.structs.replace(received, refused=received.refused + refused, reasons=reasons)

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
