"""Writes settlements in groups: one transaction for all that came in within a few milliseconds.

`SpendLedger` fills it. One task writes; it sleeps while there is nothing to write and nothing to tidy. A group that
could not be written is tried again, unchanged, until it is; its first entry's id tells whether it was already.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from plimsoll.errors import PlimsollError, StoreUnavailable
from plimsoll.gateway.spend.entry import SpendEntry
from plimsoll.gateway.spend.escrow import Charge
from plimsoll.gateway.spend.rows import Line
from plimsoll.gateway.spend.table import Batch, write_batch
from plimsoll.records import Clock, new_id
from plimsoll.store import Store

LINGER_SECONDS = 0.015
"""How long the first settlement of a group waits for others."""
_MOST_A_BATCH = 1_000
_CLOSE_SECONDS = 10.0
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
_LOG = logging.getLogger(__name__)


class Settled(NamedTuple):
    """One settlement: its entry, or None where only money goes back, and what it changes in accounts."""

    entry: SpendEntry | None
    cost: int | None
    charges: Sequence[Charge]


class Tidied(NamedTuple):
    """What was found when nothing else was to do."""

    charges: list[Charge]
    """Money that goes back to its budgets."""
    drained: list[str]
    """Holds that nothing is left of."""
    has_more: bool
    """Whether to look again later."""


class Tidy(Protocol):
    """Looks for money and holds to give back."""

    def __call__(self, *, is_last: bool) -> Tidied:
        """Return them; with `is_last`, all that are not needed for a call under way."""
        ...


class GroupWriter:
    """The one writer of a ledger."""

    def __init__(self, store: Store, clock: Clock, *, tidy: Tidy, idle_seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._tidy = tidy
        self._idle_seconds = idle_seconds
        self._tidy_at = 0.0
        self._has_more = False
        self._queue: deque[Settled] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False
        self._taken = self._written = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.dropped = 0
        """Entries that were lost because the process ended while the database took none."""
        self.last_error = ""
        """Why the last write failed; empty when it did not."""

    @property
    def pending(self) -> int:
        """Return how many settlements are not written yet."""
        return self._taken - self._written

    def put(self, settled: Settled) -> None:
        """Take a settlement; it never waits and never refuses."""
        self._queue.append(settled)
        self._taken += 1
        self.wake()

    def wake(self) -> None:
        """Say that there is something to write, or to tidy later."""
        self._has_more = True
        self._wake.set()
        if self._task is None and not self._is_closing:
            self._task = asyncio.get_running_loop().create_task(self._write_always(), name="plimsoll-ledger")

    async def flush(self, *, timeout_seconds: float = _CLOSE_SECONDS) -> None:
        """Wait until everything taken so far is written; raises StoreUnavailable when that takes too long."""
        if self._written >= self._taken:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self._taken, done))
        try:
            async with asyncio.timeout(timeout_seconds):
                await done
        except TimeoutError:
            raise self._unwritten() from None

    async def close(self) -> None:
        """Write the rest and end; raises StoreUnavailable when the database does not take it in time."""
        self._is_closing = True
        task, self._task = self._task, None
        if task is None:
            return
        self._wake.set()
        await asyncio.wait({task}, timeout=_CLOSE_SECONDS)
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self.pending:
            self.dropped += self.pending
            _LOG.error("%d settlements could not be written before the end (%s).", self.pending, self.last_error)
            raise self._unwritten()

    async def _write_always(self) -> None:
        while not self._is_closing:
            await self._wait()
            await self._write_group()
        while self._queue:
            await self._write_group()
        # Once for money that goes back, once for the holds that are then empty.
        for _ in range(2):
            self._tidy_at = 0.0
            await self._write_group()

    async def _wait(self) -> None:
        if not self._queue:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._idle_seconds if self._has_more else None):
                    await self._wake.wait()
        self._wake.clear()
        if 0 < len(self._queue) < _MOST_A_BATCH and not self._is_closing:
            await asyncio.sleep(LINGER_SECONDS)

    async def _write_group(self) -> None:
        tidied = self._tidy_now_and_then()
        group = [self._queue.popleft() for _ in range(min(len(self._queue), _MOST_A_BATCH))]
        charges = [charge for settled in group for charge in settled.charges] + tidied.charges
        lines = [Line(new_id(self._clock), each.entry, each.cost) for each in group if each.entry is not None]
        batch = _make_batch(lines, charges, tidied.drained)
        if lines or charges or tidied.drained:
            await self._write(batch)
        for charge in charges:
            if charge.block is not None:
                charge.block.unwritten -= charge.freed
        self._note(len(group))

    def _tidy_now_and_then(self) -> Tidied:
        now = self._clock.monotonic()
        if now < self._tidy_at:
            return Tidied([], [], has_more=True)
        self._tidy_at = now + self._idle_seconds
        tidied = self._tidy(is_last=self._is_closing)
        self._has_more = tidied.has_more
        return tidied

    async def _write(self, batch: Batch) -> None:
        """Write the group, however often that takes.

        One without an entry cannot be told apart from its repetition: it is tried once, and if that fails its holds
        stay charged until they expire.
        """
        attempt = 0
        while True:
            try:
                await self._store.write(lambda connection: write_batch(connection, batch))
            except Exception as error:  # noqa: BLE001 - the boundary of a job: whatever it is, no entry is given up
                self._note_failure(error)
                if not batch.lines:
                    return
                await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
            else:
                self.last_error = ""
                return

    def _note_failure(self, error: Exception) -> None:
        reason = error.message if isinstance(error, PlimsollError) else type(error).__name__
        if not self.last_error:
            _LOG.warning("Settlements could not be written (%s); they are kept and tried again.", type(error).__name__)
        self.last_error = reason

    def _note(self, count: int) -> None:
        self._written += count
        for target, done in self._waiting:
            if target <= self._written and not done.done():
                done.set_result(None)
        self._waiting = [(target, done) for target, done in self._waiting if not done.done()]

    def _unwritten(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"{self.pending:,} settlements could not be written to the database {self._store.url_shown!r}.",
            next_step=self.last_error or "Look at what keeps the database busy.",
        )


def _make_batch(lines: list[Line], charges: list[Charge], drained: list[str]) -> Batch:
    spent: dict[str, int] = {}
    freed: dict[str, int] = {}
    for charge in charges:
        spent[charge.account] = spent.get(charge.account, 0) + charge.spent
        if charge.block is not None and charge.freed:
            freed[charge.block.hold_id] = freed.get(charge.block.hold_id, 0) + charge.freed
    return Batch(lines, spent, freed, drained)
