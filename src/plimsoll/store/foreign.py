"""Reads rows out of a database that is not Plimsoll's, read-only and bounded. A source of rows calls it; it blocks."""

import re
import sqlite3
import time
from collections.abc import Mapping

import msgspec
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from plimsoll.errors import InvalidSettings, MissingPart, SourceUnavailable
from plimsoll.records import Secret
from plimsoll.store.address import Address, parse_address

_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")
"""What SQLAlchemy would take for a parameter; the query has none."""
_CONNECT_SECONDS = 5
_STEPS = 10_000
"""Steps of SQLite between two looks at the clock."""


class ForeignRows(msgspec.Struct, frozen=True, kw_only=True):
    """What a query returned."""

    columns: tuple[str, ...]
    """Names of its columns."""
    rows: list[Mapping[str, object]]
    """Its rows, at most one more than was asked for."""


def read_foreign_rows(url: Secret, query: str, *, most_rows: int, seconds: float) -> ForeignRows:
    """Run one query in a read-only transaction and return up to `most_rows` + 1 rows.

    Raises InvalidSettings for a URL that is neither SQLite's nor PostgreSQL's, MissingPart without a driver, and
    SourceUnavailable when the database is not there, refuses the query, or is not done in time.
    """
    address = parse_address(url)
    if address.file is not None and not address.file.is_file():
        raise SourceUnavailable(f"There is no database {address.shown!r}.", next_step="Check the URL's path.")
    engine = _open(address, seconds)
    try:
        with engine.connect() as connection:
            options = {"stream_results": not address.is_sqlite, "max_row_buffer": 1_000}
            asked = connection.execution_options(**options)
            with asked.execute(text(_BIND.sub(r"\\:", query))) as found:
                if not found.returns_rows:
                    raise InvalidSettings("The query returns no rows.", next_step="Write one SELECT.")
                rows = [dict(row) for row in found.mappings().fetchmany(most_rows + 1)]
                return ForeignRows(columns=tuple(found.keys()), rows=[*rows])
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise SourceUnavailable(
            f"The query on {address.shown!r} failed: {_reason(error)}.",
            next_step="Check the database, the query, and how long it may take.",
        ) from error
    finally:
        engine.dispose()


def _open(address: Address, seconds: float) -> Engine:
    if address.file is not None:
        path = str(address.file)
        return create_engine("sqlite://", creator=lambda: _open_sqlite(path, seconds), poolclass=NullPool)
    arguments = {
        "options": f"-c statement_timeout={int(seconds * 1000)} -c default_transaction_read_only=on",
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": "plimsoll source",
        "tcp_user_timeout": int(seconds * 1000),
    }
    try:
        return create_engine(
            address.url,
            poolclass=NullPool,
            connect_args=arguments,
            execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"},
        )
    except ModuleNotFoundError as error:
        raise MissingPart(
            f"PostgreSQL at {address.shown!r} needs the driver psycopg, which is not installed.",
            next_step="Run: pip install 'plimsoll[postgres]'",
        ) from error


def _open_sqlite(path: str, seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=seconds)
    connection.execute("PRAGMA query_only = ON")
    give_up_at = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > give_up_at, _STEPS)
    return connection


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _reason(error: Exception) -> str:
    """Return the database's own words, without the statement and without a URL."""
    said = str(getattr(error, "orig", None) or error)
    return said.strip().splitlines()[0].rstrip(".") if said.strip() else type(error).__name__
