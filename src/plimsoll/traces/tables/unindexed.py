"""A column that no index of SQLite is chosen by, for conditions that most rows pass.

SQLite keeps no statistics here and would take an index by the tenant rather than that of a rare fact. PostgreSQL knows
how many rows a condition passes, as long as it is about a plain column.
"""

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class unindexed(FunctionElement[str]):  # noqa: N801  # a function of SQL, as `func.coalesce`
    """The column itself on PostgreSQL; wrapped on SQLite, where nothing is an empty text."""

    type = Text()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str]) -> None:
        super().__init__(column)


@compiles(unindexed)
def _wrap(element: unindexed, compiler: SQLCompiler, **more: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **more)}, '')"


@compiles(unindexed, "postgresql")
def _leave(element: unindexed, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(element.clauses, **more)
