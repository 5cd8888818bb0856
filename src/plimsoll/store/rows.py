"""The statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart: insert unless it is there."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_Insert = sqlite.Insert | postgresql.Insert


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the rows whose primary key (or other unique key) is not there yet; return how many those were.

    All rows name the same columns. Others are left as they stand: writing the same rows again changes nothing.
    """
    if not rows:
        return 0
    statement = _insert_or_leave(connection.dialect.name, table)
    return connection.execute(statement, [dict(row) for row in rows]).rowcount


def insert_or_change(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    key: Sequence[str],
    replace: Sequence[str] = (),
    add: Sequence[str] = (),
) -> None:
    """Insert the rows; where one with the same unique key is there, replace some of its columns and add to others.

    All rows name the same columns. Rows are written in the order given: whoever changes several rows that others
    change too gives them sorted, so that two transactions never wait for each other.
    """
    if not rows:
        return
    statement = _insert_or_change(connection.dialect.name, table, tuple(key), replace=tuple(replace), add=tuple(add))
    connection.execute(statement, [dict(row) for row in rows])


# Building a statement costs more than running it, and there are only so many of them.
@cache
def _insert_or_leave(dialect: str, table: Table) -> _Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _insert_or_change(
    dialect: str, table: Table, key: tuple[str, ...], *, replace: tuple[str, ...], add: tuple[str, ...]
) -> _Insert:
    statement = _insert(dialect, table)
    changes = {name: statement.excluded[name] for name in replace}
    changes |= {name: table.c[name] + statement.excluded[name] for name in add}
    return statement.on_conflict_do_update(index_elements=list(key), set_=changes)


def _insert(dialect: str, table: Table) -> _Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
