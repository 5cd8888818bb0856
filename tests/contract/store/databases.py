"""Databases for tests: a fresh SQLite file, or a fresh database of the PostgreSQL on this machine."""

import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from plimsoll.records import SystemClock, new_span_id
from plimsoll.store import STATE, TRACES, Schema, Store

SERVER = "postgresql://postgres@127.0.0.1:5432"
BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]
"""Parameters for a fixture that asks `database` for its URL."""


@contextmanager
def database(kind: str, folder: Path) -> Generator[str]:
    """Yield the URL of a database that holds nothing yet."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/store.db"
    else:
        with postgres_database() as url:
            yield url


@contextmanager
def postgres_database() -> Generator[str]:
    """Make a database with a name of its own and yield its URL; drop it at the end. Skip where there is no server."""
    try:
        connection = psycopg.connect(f"{SERVER}/test", autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as error:
        pytest.skip(f"needs PostgreSQL on 127.0.0.1:5432 (user postgres, database test): {error}")
    name = sql.Identifier(f"plimsoll_{new_span_id()}")
    with connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield f"{SERVER}/{name.as_string().strip(chr(34))}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    """Mount a disk of one megabyte on the folder; skip where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    mount = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    if mount.returncode:
        pytest.skip(f"needs the right to mount a small disk: {mount.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, timeout=10)


@asynccontextmanager
async def emptied(url: str, schema: Schema = "state") -> AsyncGenerator[Store]:
    """Open a store and take every row out of it: making a database anew takes longer than most tests do."""
    tables = STATE.sorted_tables if schema == "state" else TRACES.sorted_tables
    async with opened(url, schema) as store:
        await store.write(lambda connection: [connection.execute(each.delete()) for each in reversed(tables)])
        yield store


@asynccontextmanager
async def opened(
    url: str, schema: Schema = "state", *, lock_seconds: float = 5.0, timeout_seconds: float = 30.0
) -> AsyncGenerator[Store]:
    """Open a store and close it at the end."""
    store = await Store.open(
        url, schema=schema, clock=SystemClock(), lock_seconds=lock_seconds, timeout_seconds=timeout_seconds
    )
    try:
        yield store
    finally:
        await store.close()
