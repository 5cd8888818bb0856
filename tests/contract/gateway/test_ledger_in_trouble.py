"""The ledger while its database takes nothing, and with calls that never come back."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plimsoll.errors import BudgetExhausted, StoreUnavailable
from plimsoll.gateway.spend import SpendLedger
from plimsoll.records import SystemClock
from plimsoll.testing import FakeClock

from contract.gateway.spending import budget, entry, held, number, settled
from contract.store.databases import opened
from waiting import until

pytestmark = pytest.mark.anyio
DOLLAR = 1_000_000_000


@contextmanager
def locked(file: Path) -> Generator[None]:
    """Hold the write lock of a database, as another process might."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


async def test_what_is_settled_while_the_database_is_locked_is_written_once_when_it_is_free(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/store.db", lock_seconds=0.05) as store:
        ledger = SpendLedger(store, SystemClock())
        reservations = [await ledger.reserve([budget(10.0)], 1.0, seconds=60) for _ in range(4)]
        with locked(tmp_path / "store.db"):
            for reservation in reservations:
                ledger.settle(reservation, entry(0.5))
            await until(lambda: ledger.health().last_error)
            assert ledger.health().pending == 4
            assert "locked by another process" in ledger.health().last_error
        await ledger.flush()
        assert (ledger.health().pending, ledger.health().last_error, ledger.health().dropped) == (0, "", 0)
        assert await settled(store) == 2 * DOLLAR
        assert await number(store, "SELECT count(*) FROM spend_entries") == 4
        await ledger.close()
        assert await held(store) == 0


async def test_calls_are_refused_before_the_line_of_settlements_is_full(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/store.db", lock_seconds=0.05) as store:
        ledger = SpendLedger(store, SystemClock(), most_pending=10)
        with locked(tmp_path / "store.db"):
            for _ in range(8):
                assert await ledger.reserve((), 1.0, seconds=1) is None
                ledger.settle(None, entry(0.5))
            with pytest.raises(StoreUnavailable, match="8 calls are settled and wait for the database"):
                await ledger.reserve((), 1.0, seconds=1)
            ledger.settle(None, entry(0.5))
        await ledger.close()
        assert await number(store, "SELECT count(*) FROM spend_entries") == 9


async def test_a_reservation_that_cannot_be_asked_for_takes_nothing(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/store.db", lock_seconds=0.05) as store:
        ledger = SpendLedger(store, SystemClock())
        with locked(tmp_path / "store.db"), pytest.raises(StoreUnavailable, match="locked by another process"):
            await ledger.reserve([budget(1.0)], 1.0, seconds=60)
        ledger.settle(await ledger.reserve([budget(1.0)], 1.0, seconds=60), entry(1.0))
        await ledger.close()
        assert (await settled(store), await held(store)) == (DOLLAR, 0)


async def test_a_reservation_that_nobody_ends_expires_and_its_call_is_still_charged(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/store.db") as store:
        clock = FakeClock()
        ledger = SpendLedger(store, clock)
        forgotten = await ledger.reserve([budget(1.0)], 0.8, seconds=5)
        clock.advance(6)
        await until(lambda: ledger.health().expired_reservations)
        await ledger.flush()
        ledger.settle(await ledger.reserve([budget(1.0)], 0.9, seconds=5), entry(0.9))
        ledger.settle(forgotten, entry(0.7))
        await ledger.close()
        assert await settled(store) == 16 * DOLLAR // 10


async def test_a_hold_of_a_dead_process_counts_until_it_expires(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/store.db") as store:
        clock = FakeClock()
        dead = SpendLedger(store, clock)
        await dead.reserve([budget(1.0)], 0.6, seconds=5)
        ledger = SpendLedger(store, clock)
        with pytest.raises(BudgetExhausted, match="is spent or reserved"):
            await ledger.reserve([budget(1.0)], 0.6, seconds=5)
        clock.advance(36)
        assert await ledger.reserve([budget(1.0)], 0.6, seconds=5) is not None
        await dead.close()
        await ledger.close()
