"""Rows of a statement by the names of their columns."""

from collections.abc import Mapping

from sqlalchemy import Connection, Executable

Row = Mapping[str, object]


def rows_of(connection: Connection, query: Executable) -> list[Row]:
    """Run the statement and return its rows."""
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]
