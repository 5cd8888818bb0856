"""Spans whose sender waits for the commit: what is answered is in the database, what is not was said to be lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from plimsoll.errors import Overloaded, StoreUnavailable
from plimsoll.records import Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture

from contract.store.databases import BOTH, database

pytestmark = pytest.mark.anyio


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url, schema="traces", clock=SystemClock(), lock_seconds=0.2)
    yield store
    await store.close()


def group(number: int, count: int) -> list[Span]:
    """Return spans of a trace."""
    return [
        Span(trace_id=f"{number:032x}", span_id=f"{n:016x}", name="step", start_ns=n, end_ns=n + 1)
        for n in range(1, count + 1)
    ]


async def stored(store: Store) -> int:
    return await store.read(lambda c: int(c.exec_driver_sql("SELECT count(*) FROM spans").scalar_one()))


async def test_what_was_answered_is_committed_and_many_groups_share_a_commit(store: Store):
    capture = Capture(store, SystemClock())
    assert await capture.put_all([]) == 0
    assert await capture.put_all(group(1, 3)) == 0
    assert await stored(store) == 3
    commits: list[object] = []
    write = store.write

    async def counting(change: Callable[[Connection], object]) -> object:
        commits.append(change)
        return await write(change)

    store.write = counting  # pyright: ignore[reportAttributeAccessIssue]
    assert await asyncio.gather(*(capture.put_all(group(number, 5)) for number in range(2, 42))) == [0] * 40
    assert (await stored(store), capture.dropped) == (203, 0)
    assert len(commits) <= 2


async def test_what_finds_no_room_is_turned_away_whole_and_may_come_again(store: Store):
    capture = Capture(store, SystemClock(), bound=10)
    answers = await asyncio.gather(*(capture.put_all(group(n, 4)) for n in range(1, 5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, int, Overloaded, Overloaded]
    assert (capture.health().turned_away, capture.dropped, await stored(store)) == (8, 0, 8)
    assert await capture.put_all(group(3, 4)) == 0
    assert await capture.put_all(group(4, 400)) == 0
    assert await stored(store) == 412


async def test_a_span_that_no_table_takes_is_counted_and_the_others_of_all_groups_are_kept(store: Store):
    capture = Capture(store, SystemClock())
    odd = Span(trace_id="a" * 32, span_id="b" * 16, name="odd", start_ns=2**70, end_ns=2**70)
    answers = await asyncio.gather(capture.put_all(group(1, 4)), capture.put_all([odd, *group(2, 4)]))
    assert (answers, capture.dropped, await stored(store)) == ([0, 1], 1, 8)


async def test_a_sender_who_goes_away_takes_nothing_back(store: Store):
    capture = Capture(store, SystemClock())
    sending = asyncio.create_task(capture.put_all(group(1, 4)))
    staying = asyncio.create_task(capture.put_all(group(2, 4)))
    await asyncio.sleep(0)
    sending.cancel()
    assert await staying == 0
    assert await stored(store) == 8


async def test_a_closed_capture_takes_no_more_and_says_so(store: Store):
    capture = Capture(store, SystemClock())
    await capture.close()
    with pytest.raises(StoreUnavailable, match="is being closed"):
        await capture.put_all(group(1, 1))
    assert capture.health().turned_away == 1


async def test_while_the_database_is_locked_senders_are_told_and_nothing_waits_in_memory(tmp_path: Path):
    file = tmp_path / "traces.db"
    store = await Store.open(f"sqlite:///{file}", schema="traces", clock=SystemClock(), lock_seconds=0.05)
    capture = Capture(store, SystemClock())
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"could not be written: .*locked by another process"):
            await capture.put_all(group(1, 4))
        health = capture.health()
        assert (health.pending, health.turned_away, health.dropped) == (0, 4, 0)
        assert "locked" in (health.last_error or "")
        other.execute("ROLLBACK")
    assert await capture.put_all(group(1, 4)) == 0
    assert (capture.health().last_error, await stored(store)) == (None, 4)
    await store.close()
