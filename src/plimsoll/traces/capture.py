"""From a finished span to a row: a bounded queue, and one writer that empties it in batches.

`project` opens it and hands `capture.tracer` to the rooms. A request never waits for it and never fails because of
it: what finds no room is dropped and counted, what cannot be written now is kept and tried again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from opentelemetry.trace import Tracer

from plimsoll.errors import OperatorError, Overloaded
from plimsoll.records import Clock, Span
from plimsoll.store import Store
from plimsoll.traces.groups import GroupCommit, GroupQueue
from plimsoll.traces.losses import LossLog
from plimsoll.traces.queue import SpanQueue
from plimsoll.traces.records import CaptureHealth
from plimsoll.traces.rows import CONTENT_LIMIT, REDACTOR, Redact
from plimsoll.traces.settling import Settler
from plimsoll.traces.span_writer import SpanWriter
from plimsoll.traces.tracer import make_tracer

_LOG = logging.getLogger("plimsoll.traces")
_BOUND_CHARACTERS = 64 * 2**20
_LONGEST_PAUSE_SECONDS = 5.0
_SETTLE_SECONDS = 1.0
_SETTLING_SHARE = 0.2


class Capture:
    """The sink of all spans of a project. `start` it in the loop that serves, `close` it at the end."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        bound: int = 10_000,
        flush_seconds: float = 0.1,
        batch: int = 1_000,
        redact: Redact = REDACTOR,
        content_limit: int = CONTENT_LIMIT,
    ) -> None:
        self._queue = SpanQueue(bound=bound, bound_characters=_BOUND_CHARACTERS)
        self._flush_seconds = flush_seconds
        self._batch = batch
        self._last_error: str | None = None
        self._also: Callable[[Span], object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: asyncio.Task[None] | None = None
        self._has_spans = asyncio.Event()
        self._has_batch = asyncio.Event()
        self._turn = asyncio.Lock()
        self._settler = Settler(store)
        self._settling: asyncio.Task[None] | None = None
        self._losses = LossLog(store, lambda: self._queue.dropped)
        self._span_writer = SpanWriter(store, self._settler, redact=redact, limit=content_limit)
        self._groups = GroupQueue(bound=bound, bound_characters=_BOUND_CHARACTERS)
        self._group_commit = GroupCommit(self._span_writer, queue=self._groups, batch=batch)
        self.tracer: Tracer = make_tracer(clock, self.put, limit=content_limit)

    @property
    def dropped(self) -> int:
        """Return how many spans were lost since the start."""
        return self._queue.dropped

    def health(self) -> CaptureHealth:
        """Return how writing goes, for status pages."""
        return CaptureHealth(
            dropped=self._queue.dropped,
            turned_away=self._groups.turned_away,
            pending=len(self._queue) + len(self._groups),
            last_error=self._last_error or self._group_commit.last_error,
        )

    def put(self, span: Span) -> bool:
        """Take the span without waiting, from any thread; False when it was dropped and counted."""
        if self._also is not None:
            self._also(span)
        place = self._queue.put(span)
        if place == 1:
            self._signal(self._has_spans)
        if place == self._batch:
            self._signal(self._has_batch)
        return place > 0

    def hand_on(self, take: Callable[[Span], object]) -> None:
        """Show every span that is put from now on to another taker too; what `put_all` brings came from elsewhere."""
        self._also = take

    async def put_all(self, spans: Sequence[Span], *, characters: int | None = None) -> int:
        """Return once the spans are in the database, for good; say how many of them it refused.

        `characters` says how much text they hold, where that is known; else it is counted.
        They have a bounded room of their own. Raises Overloaded when that is full and StoreUnavailable when they could
        not be written; then the sender keeps them and sends them again: what was written already stays as it is.
        """
        refused = await self._group_commit.put(spans, characters=characters)
        if refused:
            self._queue.refuse(refused)
            await self._losses.note()
        return refused

    async def start(self) -> None:
        """Begin to write, in the background of this event loop; starting again does nothing."""
        if self._writer is None:
            self._loop = asyncio.get_running_loop()
            self._has_spans.set()
            self._writer = asyncio.create_task(self._write_always(), name="plimsoll trace writer")

    async def flush(self, *, timeout_seconds: float = 5.0) -> bool:
        """Write what waits; return whether all of it was written in time.

        Long traces are folded too where that takes a fifth of the time at most; it goes on afterwards in any case.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while len(self._queue) and await self._write_batch():
                    pass
                await asyncio.wait({self._settle_beside()}, timeout=_SETTLING_SHARE * timeout_seconds)
        return not len(self._queue)

    async def close(self, *, timeout_seconds: float = 10.0) -> None:
        """Write what waits and end the writer; what could not be written in time is counted as dropped."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._group_commit.close()
        await self.flush(timeout_seconds=timeout_seconds)
        for task in (self._writer, self._settling):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        self._writer = self._settling = None
        if left := self._queue.close():
            _LOG.warning("%d spans could not be written before the end and were dropped", left)
        await self._losses.note()

    def _signal(self, event: asyncio.Event) -> None:
        # A span may end in a worker thread, and after the loop has gone.
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(event.set)

    async def _write_always(self) -> None:
        pause = self._flush_seconds
        while True:
            await _wait_at_most(self._has_spans, _SETTLE_SECONDS if self._settler.is_needed else None)
            self._settle_beside()
            if not self._has_spans.is_set():
                continue
            self._has_spans.clear()
            await _wait_at_most(self._has_batch, self._flush_seconds)
            self._has_batch.clear()
            while len(self._queue):
                if await self._write_batch():
                    pause = self._flush_seconds
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _write_batch(self) -> bool:
        """Write the first spans; return False when the store is not to be had, and keep them."""
        async with self._turn:
            spans = self._queue.peek(self._batch)
            try:
                refused = await self._span_writer.write(spans)
            except (OperatorError, Overloaded) as error:
                self._note_failure(error)
                return False
            self._queue.remove(len(spans))
            self._queue.refuse(len(refused))
            self._note_success()
            await self._losses.note()
            return True

    def _settle_beside(self) -> "asyncio.Task[None]":
        """Fold long traces in a task: one of a million spans takes a while, and spans go on coming meanwhile."""
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle(), name="plimsoll trace settler")
        return self._settling

    async def _settle(self) -> None:
        # Whatever keeps it from the store keeps the writer from it as well, which says so; it is tried again.
        with contextlib.suppress(OperatorError, Overloaded):
            while await self._settler.settle() and not len(self._queue):
                pass

    def _note_failure(self, error: OperatorError | Overloaded) -> None:
        if self._last_error is None:
            _LOG.warning("traces are kept in memory until they can be written: %s", error)
        self._last_error = str(error)

    def _note_success(self) -> None:
        if self._last_error is not None:
            _LOG.warning("traces are written again; %d spans were dropped so far", self._queue.dropped)
        self._last_error = None


async def _wait_at_most(event: asyncio.Event, seconds: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        # Not `wait_for`: until Python 3.12 it forgets a cancellation that comes as the event does.
        async with asyncio.timeout(seconds):
            await event.wait()
