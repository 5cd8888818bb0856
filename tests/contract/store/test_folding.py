"""SQLite's log is folded into its file beside a write that is under way."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection

from contract.store.databases import opened

pytestmark = pytest.mark.anyio


def fill(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE filled AS SELECT randomblob(200000) AS bytes")


async def test_the_log_is_folded_while_another_write_holds_the_lock(tmp_path: Path):
    file = tmp_path / "store.db"
    async with opened(f"sqlite:///{file}", "traces") as store:
        await store.write(fill)
        before, begun, may_end = file.stat().st_size, asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def hold(_: Connection) -> bool:
            loop.call_soon_threadsafe(begun.set)
            return may_end.wait(10)

        writing = asyncio.create_task(store.write(hold))
        await begun.wait()
        await store.fold_beside()
        assert file.stat().st_size >= before + 200_000
        assert not writing.done()
        may_end.set()
        assert await writing
