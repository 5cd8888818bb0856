"""The one statement that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart: insert what is not there yet."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the rows whose primary key (or other unique key) is not there yet; leave the others as they stand.

    All rows name the same columns. Writing the same rows again changes nothing.
    """
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])
