"""While the database is down or its disk is full, requests go on and losses are counted; after it, writing goes on."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from plimsoll.errors import StoreUnavailable
from plimsoll.records import Attribute, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Traces

from contract.store.databases import BOTH, SERVER, database
from contract.traces.recounted import kept_figures, recount

pytestmark = pytest.mark.anyio
Trouble = Callable[[str, Store], AbstractAsyncContextManager[None]]
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
"""


# More than the pages that a database has begun can take, so that a full one refuses even a few spans.
TEXT: dict[str, Attribute] = {"text": "What does express delivery cost? " * 1_000}


def spans_of(trace: int, count: int) -> list[Span]:
    """Return the spans of a trace."""
    return [
        Span(trace_id=f"{trace:032x}", span_id=f"{n:016x}", name="step", start_ns=n, end_ns=n + 1, attributes=TEXT)
        for n in range(1, count + 1)
    ]


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so, twenty seconds at most."""
    deadline = time.monotonic() + 20
    while not await is_so():
        assert time.monotonic() < deadline, "it did not come about within 20 s"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def down(url: str, _store: Store) -> AsyncGenerator[None]:
    """Keep the database from being written."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    name = url.rpartition("/")[2]
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(f"{SERVER}/test", autocommit=True) as server:
        server.execute(allow.format(sql.Identifier(name), sql.Literal(False)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        server.execute(allow.format(sql.Identifier(name), sql.Literal(True)))


@asynccontextmanager
async def full(url: str, store: Store) -> AsyncGenerator[None]:
    """Let the disk be full."""
    if url.startswith("sqlite"):
        await store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1").all())
        yield
        await store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000").all())
        return
    trigger = "CREATE TRIGGER full_disk BEFORE INSERT ON spans FOR EACH ROW EXECUTE FUNCTION full_disk()"
    await store.write(lambda c: [c.exec_driver_sql(statement) for statement in (FULL, trigger)])
    yield
    await store.write(lambda c: c.exec_driver_sql("DROP TRIGGER full_disk ON spans"))


@pytest.mark.parametrize("trouble", [down, full])
@pytest.mark.parametrize("kind", BOTH)
async def test_requests_go_on_losses_are_counted_and_writing_resumes(kind: str, trouble: Trouble, tmp_path: Path):
    with database(kind, tmp_path) as url:
        store = await Store.open(url, schema="traces", clock=SystemClock(), lock_seconds=0.05)
        capture = Capture(store, SystemClock(), bound=30, flush_seconds=0.01)
        await capture.start()
        assert await capture.put_all(spans_of(9, 400)) == 0
        async with trouble(url, store):
            begun = time.monotonic()
            taken = [capture.put(span) for span in spans_of(1, 50)]
            assert time.monotonic() - begun < 0.5
            assert (sum(taken), capture.dropped) == (30, 20)

            async def is_failing() -> bool:
                return capture.health().last_error is not None

            await until(is_failing)
            with pytest.raises(StoreUnavailable, match="could not be written"):
                await capture.put_all(spans_of(2, 7))
            health = capture.health()
            assert (health.pending, health.dropped, health.turned_away) == (30, 20, 7)

        async def is_written() -> bool:
            return capture.health().pending == 0 and capture.health().last_error is None

        await asyncio.wait_for(_send_again(capture), timeout=20)
        await until(is_written)
        stored = await store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM spans").scalar_one())
        assert (stored, capture.dropped) == (437, 20)
        assert await store.read(kept_figures) == await store.read(recount)
        await capture.close()
        # Another process can tell, too.
        assert await Traces(store).losses(since=SystemClock().now() - timedelta(minutes=5)) == 20
        await store.close()


async def _send_again(capture: Capture) -> None:
    """Send what was turned away until it is taken, as exporters do."""
    while True:
        try:
            assert await capture.put_all(spans_of(2, 7)) == 0
        except StoreUnavailable:
            await asyncio.sleep(0.05)
        else:
            return
