"""What can be wrong with a server of PostgreSQL, brought about for real."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import plimsoll
from plimsoll.errors import StoreUnavailable
from plimsoll.records import Secret, SystemClock
from plimsoll.store import Store

from contract.store.databases import opened, postgres_database

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


@pytest.fixture
def url() -> Iterator[str]:
    with postgres_database() as address:
        yield address


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_a_server_that_is_not_there_is_named_without_its_password():
    port = _free_port()
    with pytest.raises(
        StoreUnavailable, match=rf"'postgresql://ada@127\.0\.0\.1:{port}/db' cannot be reached"
    ) as caught:
        await Store.open(Secret(f"postgresql://ada:s3cret@127.0.0.1:{port}/db"), schema="state", clock=SystemClock())
    assert "s3cret" not in str(caught.value)
    assert "Check that the server runs" in caught.value.next_step


@pytest.mark.slow
async def test_a_server_that_never_answers_is_given_up():
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            await Store.open(f"postgresql://ada@127.0.0.1:{port}/db", schema="state", clock=SystemClock())
    assert time.monotonic() - begun < 20


async def test_a_database_that_does_not_exist_is_named(url: str):
    with pytest.raises(StoreUnavailable, match=r'_missing" does not exist'):
        await Store.open(f"{url}_missing", schema="state", clock=SystemClock())


async def test_a_lock_of_another_session_is_waited_for_no_longer_than_told(url: str):
    async with opened(url, lock_seconds=0.2) as store:
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE access_keys IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreUnavailable, match="locked by another process"):
                await store.write(lambda c: c.exec_driver_sql("DELETE FROM access_keys"))
        await store.write(lambda c: c.exec_driver_sql("DELETE FROM access_keys"))


async def test_a_statement_that_takes_too_long_is_taken_back_by_the_server(url: str):
    async with opened(url, timeout_seconds=5) as store:
        with pytest.raises(StoreUnavailable, match="did not finish a statement in time"):
            await store.write(
                lambda c: (
                    c.exec_driver_sql("SET LOCAL statement_timeout = 100"),
                    c.exec_driver_sql("SELECT pg_sleep(9)"),
                )
            )


async def test_a_server_that_takes_no_writes_says_read_only(url: str):
    async with opened(url) as store:
        with pytest.raises(StoreUnavailable, match="is read-only; nothing was changed"):
            await store.write(
                lambda c: (
                    c.exec_driver_sql("SET TRANSACTION READ ONLY"),
                    c.exec_driver_sql("DELETE FROM access_keys"),
                )
            )


async def test_a_store_works_again_after_the_server_cut_its_connections(url: str):
    async with opened(url) as store:
        assert await store.read(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await store.read(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1


WITHOUT_DRIVER = """
import asyncio, sys
sys.modules["psycopg"] = None
from plimsoll.errors import MissingPart
from plimsoll.records import SystemClock
from plimsoll.store import Store
try:
    asyncio.run(Store.open("postgresql://ada:s3cret@127.0.0.1/db", schema="state", clock=SystemClock()))
except MissingPart as error:
    sys.stdout.write(str(error))
"""


def test_a_missing_driver_names_the_extra_to_install():
    environment = {**os.environ, "PYTHONPATH": str(Path(plimsoll.__file__).parents[1])}
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_DRIVER], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert "needs the driver psycopg" in run.stdout
    assert "pip install 'plimsoll[postgres]'" in run.stdout
    assert "s3cret" not in run.stdout
