"""Connections to one database: one engine that reads, one that writes. Only `Store` uses them.

SQLite runs in write-ahead mode: readers see a snapshot and never wait for the one writer.
"""

import sqlite3
import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from plimsoll.errors import MissingPart, StoreUnavailable
from plimsoll.store.address import Address

READERS = 4
"""Connections, and threads, that read at once."""
WRITERS_OF_A_SERVER = 4
"""Connections, and threads, that write at once to PostgreSQL; SQLite takes one."""
_PAUSE_SECONDS = 0.02
# Ids of traces are random, so that a batch touches pages all over an index: 16 MB of them stay in memory, and the log
# is folded in after 16 MB, when many of them were written more than once. Measured with 60,000 traces of one span, a
# batch of 512 costs 37 us of CPU a span instead of 50.
_BULK = ("PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 2000")
_BULK_PAGE = "PRAGMA page_size = 8192"


@dataclass(frozen=True)
class Limits:
    """How long the database may take."""

    lock_seconds: float
    """How long to wait for another process's lock."""
    statement_seconds: float
    """How long a statement may run on a server."""
    connect_seconds: float
    """How long a server may take to answer a new connection."""
    is_bulk: bool = False
    """Whether much is written at once, as traces are: larger pages, more of them in memory, fewer checkpoints."""


@dataclass(frozen=True)
class Engines:
    """The two sides of one database."""

    reader: Engine
    """Read-only connections; each transaction sees one snapshot."""
    writer: Engine
    """Connections whose transactions take the write lock at their beginning."""
    writers: int
    """How many transactions may write at once."""

    def dispose(self) -> None:
        """Close the connections; the last one to an SQLite file folds its write-ahead log in."""
        self.reader.dispose()
        self.writer.dispose()


def make_engines(address: Address, limits: Limits) -> Engines:
    """Return engines for the address; no connection is made yet. MissingPart when the driver is not installed."""
    if address.is_sqlite:
        return _sqlite_engines(address, limits)
    try:
        return _postgres_engines(address, limits)
    except ModuleNotFoundError as error:
        raise MissingPart(
            f"PostgreSQL at {address.shown!r} needs the driver psycopg, which is not installed.",
            next_step="Run: pip install 'plimsoll[postgres]'",
        ) from error


def _sqlite_engines(address: Address, limits: Limits) -> Engines:
    arguments = {"isolation_level": None, "timeout": limits.lock_seconds}
    reader = create_engine(address.url, pool_size=READERS, max_overflow=0, connect_args=arguments)
    writer = create_engine(address.url, pool_size=1, max_overflow=0, connect_args=arguments)
    common = ("PRAGMA foreign_keys = ON", "PRAGMA synchronous = NORMAL")
    _on_connect(reader, (*common, "PRAGMA query_only = ON"))
    # Deleted content is overwritten, not only unlinked: what a person asked to erase must not stay in free pages.
    _on_connect(writer, (*common, "PRAGMA secure_delete = ON", *(_BULK if limits.is_bulk else ())))
    _on_begin(reader, "BEGIN")
    _on_begin(writer, "BEGIN IMMEDIATE")
    return Engines(reader, writer, writers=1)


def _on_connect(engine: Engine, statements: tuple[str, ...]) -> None:
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    event.listen(engine, "connect", prepare)


def _on_begin(engine: Engine, statement: str) -> None:
    # The driver is told to begin nothing by itself (isolation_level None), so that the kind of lock is ours to choose.
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)


def _postgres_engines(address: Address, limits: Limits) -> Engines:
    milliseconds = {"statement_timeout": limits.statement_seconds, "lock_timeout": limits.lock_seconds}
    options = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in milliseconds.items())
    asked = address.url.query.get("options", "")
    given = asked if isinstance(asked, str) else " ".join(asked)
    arguments = {
        "options": f"{given} {options}".strip(),
        "connect_timeout": max(2, int(limits.connect_seconds)),
        "application_name": "plimsoll",
        # A cable that is pulled shows up as an error within the statement's time, not after the system's quarter hour.
        "tcp_user_timeout": int(limits.statement_seconds * 1000),
    }
    url = address.url.difference_update_query(["options"])
    reader = create_engine(
        url,
        pool_size=READERS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=arguments,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )
    writer = create_engine(
        url, pool_size=WRITERS_OF_A_SERVER, max_overflow=0, pool_pre_ping=True, connect_args=arguments
    )
    return Engines(reader, writer, writers=WRITERS_OF_A_SERVER)


def set_write_ahead(engine: Engine, address: Address, *, lock_seconds: float, is_bulk: bool = False) -> None:
    """Put an SQLite file into write-ahead mode, which stays with the file; a new one can be shrunk in small steps.

    SQLite does not always wait by itself when two processes change the mode of a new file at once, so this does.
    """
    give_up_at = time.monotonic() + lock_seconds
    connection = engine.raw_connection()
    try:
        mode = _change_mode(connection.cursor(), give_up_at=give_up_at, is_bulk=is_bulk)
    finally:
        connection.close()
    if mode != "wal":
        raise StoreUnavailable(
            f"The disk under {address.shown!r} does not allow a write-ahead log (is it a network drive?).",
            next_step="Keep the project on a local disk, or name a PostgreSQL database in plimsoll.toml.",
        )


def _change_mode(cursor: DBAPICursor, *, give_up_at: float, is_bulk: bool) -> str:
    while True:
        try:
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchall()[0][0] != "wal":
                # Both are heeded by a file without a page only, and the second one writes the first page. An older
                # file keeps what it has and uses its free pages again.
                if is_bulk:
                    cursor.execute(_BULK_PAGE)
                cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
                cursor.execute("PRAGMA journal_mode = WAL")
                return str(cursor.fetchall()[0][0])
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > give_up_at:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return "wal"
