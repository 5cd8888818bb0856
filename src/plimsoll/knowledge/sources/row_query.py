"""Reads the rows of a query on a foreign database; `records` makes documents of them."""

from collections.abc import Callable, Sequence

from plimsoll.errors import InvalidSettings
from plimsoll.knowledge.sources.records import Row
from plimsoll.records import Secret
from plimsoll.store import read_foreign_rows


class RowQuery:
    """One query, asked anew at each synchronisation."""

    kind = "sql"

    def __init__(self, query: str, *, url: Callable[[], Secret], most_rows: int, seconds: float) -> None:
        """Keep the query; `url` finds the database's URL when it is needed."""
        self._query = query
        self._url = url
        self._most_rows = most_rows
        self._seconds = seconds

    def read(self) -> Sequence[Row]:
        """Return all rows. Raises SourceUnavailable, and InvalidSettings beyond the declared number of rows."""
        found = read_foreign_rows(self._url(), self._query, most_rows=self._most_rows, seconds=self._seconds)
        if len(found.rows) > self._most_rows:
            raise InvalidSettings(
                f"The query returns more than {self._most_rows:,} rows.",
                next_step="Raise `max_rows` of the source in plimsoll.toml, or narrow the query.",
            )
        return found.rows
