"""What a store promises of its reads and writes, over SQLite and PostgreSQL."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from plimsoll.errors import Overloaded, StoreUnavailable
from plimsoll.store import Store

from contract.store.databases import BOTH, database, opened

pytestmark = pytest.mark.anyio


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with opened(url) as store:
        await store.write(lambda c: c.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, n INTEGER)"))
        yield store


def _add(number: int):
    def change(connection: Connection) -> None:
        connection.exec_driver_sql(f"INSERT INTO notes VALUES ({number}, 0)")

    return change


async def _count(store: Store) -> int:
    return await store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM notes").scalar_one())


class Slow:
    """A change that writes, says that it has begun, and waits to be let go on."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.ended = threading.Event()

    def __call__(self, connection: Connection) -> None:
        _add(self.number)(connection)
        self.begun.set()
        assert self.go_on.wait(10)
        _add(self.number + 1)(connection)
        self.ended.set()

    async def has_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.wait, 10)


async def test_a_change_is_there_once_its_write_returns(store: Store):
    await store.write(_add(1))
    assert await _count(store) == 1


async def test_a_change_that_fails_half_way_leaves_nothing(store: Store):
    def half(connection: Connection) -> None:
        _add(1)(connection)
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await store.write(half)
    assert await _count(store) == 0


async def test_a_refused_statement_reaches_its_caller_as_it_is_and_leaves_nothing(store: Store):
    def twice(connection: Connection) -> None:
        _add(1)(connection)
        _add(1)(connection)

    with pytest.raises(IntegrityError):
        await store.write(twice)
    assert await _count(store) == 0


async def test_a_cancelled_caller_leaves_a_whole_change_that_had_begun(url: str, store: Store):
    slow = Slow(1)
    caller = asyncio.create_task(store.write(slow))
    await slow.has_begun()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    slow.go_on.set()
    await store.close()
    async with opened(url) as again:
        assert await _count(again) == 2


async def test_a_change_that_was_cancelled_in_line_never_begins(store: Store):
    slow = [Slow(10 * number) for number in range(1, 5)]
    callers = [asyncio.create_task(store.write(each)) for each in slow]
    await slow[0].has_begun()
    in_line = [asyncio.create_task(store.write(_add(number))) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    for each in in_line:
        each.cancel()
    for each in slow:
        each.go_on.set()
    await asyncio.gather(*callers)
    await asyncio.gather(*in_line, return_exceptions=True)
    ids = await store.read(lambda c: c.exec_driver_sql("SELECT id FROM notes ORDER BY id").scalars().all())
    assert [number for number in ids if number > 9] == [10, 11, 20, 21, 30, 31, 40, 41]


async def test_a_write_beyond_its_deadline_says_so_and_is_still_whole(url: str, store: Store):
    slow = Slow(1)
    with pytest.raises(StoreUnavailable, match=r"did not finish a write job within 0\.05 s; it may still finish"):
        await store.write(slow, timeout_seconds=0.05)
    slow.go_on.set()
    await store.close()
    async with opened(url) as again:
        assert await _count(again) == 2


async def test_a_read_cannot_change_anything(store: Store):
    with pytest.raises((SQLAlchemyError, StoreUnavailable)):
        await store.read(_add(1))
    assert await _count(store) == 0


async def test_a_read_sees_one_snapshot_while_others_write(store: Store):
    counted, written = threading.Event(), threading.Event()

    def count_twice(connection: Connection) -> tuple[int, int]:
        first = connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()
        counted.set()
        assert written.wait(10)
        return first, connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()

    reading = asyncio.create_task(store.read(count_twice))
    assert await asyncio.to_thread(counted.wait, 10)
    await store.write(_add(1))
    written.set()
    assert await reading == (0, 0)


async def test_fifty_writes_at_once_all_arrive(store: Store):
    await store.write(_add(1))

    def increment(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE notes SET n = n + 1")

    await asyncio.gather(*(store.write(increment) for _ in range(50)))
    assert await store.read(lambda c: c.exec_driver_sql("SELECT n FROM notes").scalar_one()) == 50


async def test_a_line_of_more_than_a_thousand_reads_is_refused(store: Store):
    hold = threading.Event()
    waiting = [asyncio.create_task(store.read(lambda _: hold.wait(10))) for _ in range(1_001)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    hold.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results if result is not True] == [Overloaded]


async def test_a_closed_store_says_so(store: Store):
    await store.close()
    with pytest.raises(StoreUnavailable, match="The store is closed"):
        await store.read(lambda _: None)
