"""One database behind worker threads. Rooms hand it functions over a connection; it knows no table of theirs."""

import hashlib
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from plimsoll.errors import Overloaded, StoreUnavailable
from plimsoll.records import Clock, Secret
from plimsoll.store.address import Address, parse_address
from plimsoll.store.engine import READERS, Engines, Limits, make_engines, set_write_ahead
from plimsoll.store.faults import explain, explain_file_error
from plimsoll.store.file_lock import FileLock
from plimsoll.store.lane import Lane
from plimsoll.store.lock import Lock, give_back, take
from plimsoll.store.metadata import Schema
from plimsoll.store.migrate import migrate
from plimsoll.store.server_lock import ServerLock
from plimsoll.store.size import measure_file, measure_server

T = TypeVar("T")
_LINE = 1_000
_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 30.0


class Store:
    """An open database. Make one with `await Store.open(…)` and end it with `await store.close()`."""

    def __init__(self, address: Address, engines: Engines, *, clock: Clock, timeout_seconds: float) -> None:
        self._address = address
        self._engines = engines
        self._timeout_seconds = timeout_seconds
        self._reads = Lane("read", threads=READERS, bound=_LINE)
        self._writes = Lane("write", threads=engines.writers, bound=_LINE)
        self.clock = clock

    @classmethod
    async def open(
        cls,
        url: Secret | str,
        *,
        schema: Schema,
        clock: Clock,
        timeout_seconds: float = 30.0,
        lock_seconds: float = 5.0,
    ) -> "Store":
        """Open the database, make it where it is missing, and bring its tables up to date.

        `timeout_seconds` bounds every read and write, `lock_seconds` the wait for another process's lock.
        Raises InvalidSettings (not a URL this store knows), StoreUnavailable (locked, read-only, unreachable, damaged
        or written by a newer Plimsoll), DiskFull and MissingPart (no driver for PostgreSQL).
        """
        address = parse_address(url)
        limits = Limits(lock_seconds, timeout_seconds, _CONNECT_SECONDS, is_bulk=schema == "traces")
        store = cls(address, make_engines(address, limits), clock=clock, timeout_seconds=timeout_seconds)
        try:
            await store._writes.run(lambda: store._prepare(schema, lock_seconds), timeout_seconds=timeout_seconds)
        except BaseException:
            await store.close()
            raise
        return store

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self._engines.writer.dialect.name

    @property
    def url_shown(self) -> str:
        """Return the file, or the URL without its password, for messages."""
        return self._address.shown

    async def read(self, query: Callable[[Connection], T], *, timeout_seconds: float | None = None) -> T:
        """Run the function in a thread, in a read-only transaction over one snapshot, and return its result.

        Raises StoreUnavailable when the database is not there or not in time, Overloaded when 1,000 reads wait.
        """
        seconds = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        return await self._reads.run(lambda: self._transact(self._engines.reader, query), timeout_seconds=seconds)

    async def write(self, change: Callable[[Connection], T], *, timeout_seconds: float | None = None) -> T:
        """Run the function in a thread, in one transaction, and return its result once that is committed.

        The change takes place as a whole or not at all, also when the caller is cancelled: then a change that has not
        begun never does, and one that has is finished. Any exception of the function takes the change back.
        Raises StoreUnavailable, DiskFull, and Overloaded when 1,000 writes wait.
        """
        seconds = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        return await self._writes.run(lambda: self._transact(self._engines.writer, change), timeout_seconds=seconds)

    @asynccontextmanager
    async def hold(self, name: str, *, wait_seconds: float, what: str) -> AsyncGenerator[None]:
        """Hold a named lock among all machines that use this database; wait, then raise Overloaded saying `what`.

        Where the holder dies, the server gives the lock back. With SQLite there is nothing to hold: its processes share
        a machine, where a file lock does. Raises StoreUnavailable.
        """
        if self._address.is_sqlite:
            yield
            return
        refusal = Overloaded(
            f"Another machine is {what} and did not end within {wait_seconds:g} s.", next_step="Try again when it ends."
        )
        async with self._held(ServerLock(self._engines.writer, name), refusal, wait_seconds=wait_seconds):
            yield

    @asynccontextmanager
    async def claim(self, name: str, *, what: str) -> AsyncGenerator[None]:
        """Hold a named lock among all processes that use this database, on any machine; never wait for it.

        Raises Overloaded saying `what` its holder does. Where the holder dies, the system or the server gives it back.
        """
        refusal = Overloaded(f"Another process is {what}.", next_step="Wait until it ends.")
        async with self._held(self._lock(name), refusal, wait_seconds=0):
            yield

    @asynccontextmanager
    async def _held(self, lock: Lock, refusal: Overloaded, *, wait_seconds: float) -> AsyncGenerator[None]:
        try:
            if not await self._take(lock, wait_seconds):
                raise refusal
            yield
        finally:
            await give_back(lock)

    async def _take(self, lock: Lock, wait_seconds: float) -> bool:
        try:
            return await take(lock, wait_seconds=wait_seconds)
        except OSError as error:
            raise explain_file_error(error, self.url_shown) from error
        except SQLAlchemyError as error:
            raise explain(error, self._address) or error from error

    def _lock(self, name: str) -> Lock:
        file = self._address.file
        if file is None:
            return ServerLock(self._engines.writer, name)
        return FileLock(file.with_name(f"{file.name}.{hashlib.sha256(name.encode()).hexdigest()[:16]}.lock"))

    async def checkpoint(self) -> None:
        """Fold the write-ahead log of SQLite into its file, so that erased content is gone from the log as well.

        On PostgreSQL there is nothing to do. A reader that is under way may keep a part of the log until it ends.
        """
        if self._address.is_sqlite:
            fold = partial(self._fold_log, self._engines.writer, mode="TRUNCATE")
            await self._writes.run(fold, timeout_seconds=self._timeout_seconds)

    async def fold_beside(self) -> None:
        """Fold what SQLite's log holds into its file, beside writes that go on; call it where much is written.

        Else the commit that fills the log does so, and waits for the disk. On PostgreSQL there is nothing to do.
        """
        if self._address.is_sqlite:
            fold = partial(self._fold_log, self._engines.reader, mode="PASSIVE")
            await self._reads.run(fold, timeout_seconds=self._timeout_seconds)

    async def empty_log(self) -> bool:
        """Empty SQLite's log, so that deleted content is gone from it, if nobody reads in it now; return whether it is.

        Unlike `checkpoint` it waits for no reader, for which all writers would wait too. Call `fold_beside` before.
        """
        if not self._address.is_sqlite:
            return True
        fold = partial(self._fold_log, self._engines.writer, mode="TRUNCATE", is_patient=False)
        return await self._writes.run(fold, timeout_seconds=self._timeout_seconds)

    async def measure_bytes(self) -> int:
        """Return how large the database is: the SQLite file with its log, or what the server says of it."""
        file = self._address.file
        if file is None:
            return await self.read(measure_server)
        return await self._reads.run(lambda: measure_file(file), timeout_seconds=self._timeout_seconds)

    async def close(self) -> None:
        """Finish what is under way and close the connections; closing again does nothing."""
        try:
            await self._reads.close(timeout_seconds=_CLOSE_SECONDS)
            await self._writes.close(timeout_seconds=_CLOSE_SECONDS)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"Work on the database {self.url_shown!r} did not end within {_CLOSE_SECONDS:g} s.",
                next_step="Wait for the process to end by itself.",
            ) from error
        self._engines.dispose()

    def _prepare(self, schema: Schema, lock_seconds: float) -> None:
        file = self._address.file
        try:
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                is_bulk = schema == "traces"
                set_write_ahead(self._engines.writer, self._address, lock_seconds=lock_seconds, is_bulk=is_bulk)
            migrate(self._engines.reader, self._engines.writer, schema=schema, address=self._address)
        except OSError as error:
            raise explain_file_error(error, self.url_shown) from error
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explain(error, self._address) or error from error

    def _transact(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        try:
            with engine.begin() as connection:
                return work(connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            explained = explain(error, self._address)
            if explained is None:
                raise
            raise explained from error

    def _fold_log(self, engine: Engine, *, mode: Literal["PASSIVE", "TRUNCATE"], is_patient: bool = True) -> bool:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout")
            patience_ms = int(cursor.fetchall()[0][0])
            cursor.execute(f"PRAGMA busy_timeout = {patience_ms if is_patient else 0}")
            try:
                cursor.execute(f"PRAGMA wal_checkpoint({mode})")
                return not cursor.fetchall()[0][0]
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {patience_ms}")
        except sqlite3.Error as error:
            raise explain(error, self._address) or error from error
        finally:
            connection.close()
