"""Statements that every batch runs, written once for each database as its driver wants them.

SQLAlchemy's own insert costs several times what the database needs for a row; these take plain tuples.
"""

from collections.abc import Sequence
from functools import cache
from typing import cast

import msgspec
from sqlalchemy import Connection, Table

Values = tuple[object, ...]


def insert_rows(connection: Connection, table: Table, rows: list[Values]) -> int:
    """Insert rows, each with the values of all columns, unless their key is there; return how many were inserted."""
    if not rows:
        return 0
    return connection.exec_driver_sql(_insert(connection.dialect.name, table), rows).rowcount


def update_rows(connection: Connection, table: Table, rows: list[Values]) -> None:
    """Replace rows, each given with the values of all columns; the first column is the key."""
    if rows:
        turned = [(*row[1:], row[0]) for row in rows]
        connection.exec_driver_sql(_update(connection.dialect.name, table), turned)


def select_of_traces(
    connection: Connection, table: Table, columns: tuple[str, ...], *, trace_ids: Sequence[str], lock: bool = False
) -> Sequence[Values]:
    """Return columns of the rows of some traces; `lock` keeps them from other writers until the transaction ends."""
    if not trace_ids:
        return []
    dialect = connection.dialect.name
    statement = _select(dialect, table, columns, lock=lock)
    names = msgspec.json.encode(trace_ids).decode() if dialect == "sqlite" else list(trace_ids)
    return cast("Sequence[Values]", connection.exec_driver_sql(statement, (names,)).all())


@cache
def _insert(dialect: str, table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join(_mark(dialect) for _ in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING'


@cache
def _update(dialect: str, table: Table) -> str:
    key, *others = (column.name for column in table.columns)
    changes = ", ".join(f'"{name}" = {_mark(dialect)}' for name in others)
    return f'UPDATE "{table.name}" SET {changes} WHERE "{key}" = {_mark(dialect)}'


@cache
def _select(dialect: str, table: Table, columns: tuple[str, ...], *, lock: bool) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    # One parameter for any number of ids, so that there is one statement to prepare.
    among = "IN (SELECT value FROM json_each(?))" if dialect == "sqlite" else "= ANY(%s)"
    # Locks are taken in one order, so that two writers never wait for each other. SQLite has one writer.
    tail = " ORDER BY trace_id FOR UPDATE" if lock and dialect != "sqlite" else ""
    return f'SELECT {names} FROM "{table.name}" WHERE trace_id {among}{tail}'


def _mark(dialect: str) -> str:
    return "?" if dialect == "sqlite" else "%s"
