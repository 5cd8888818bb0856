"""How many rows of a table are taken, and the sentence about those that are not. Parsers of tables call it."""

from collections.abc import Iterable, Iterator

from plimsoll.knowledge.parse.table_rows import Row
from plimsoll.knowledge.parse.writing import DocumentWriter

_PARTS_NAMED = 5


class RowBudget:
    """Counts the rows of one document and stops at its limits. Nothing is left out without being said."""

    def __init__(self, max_rows: int) -> None:
        """Allow this many rows, empty ones counted."""
        self._max_rows = max_rows
        self._taken = 0
        self._reason = ""
        self._missed: list[str] = []

    @property
    def is_spent(self) -> bool:
        """Whether a limit was reached."""
        return bool(self._reason)

    def rows(self, rows: Iterable[Row], *, place: str = "") -> Iterator[Row]:
        """Return the rows up to the limit; `place` says where they stand, e.g. a sheet."""
        for row in rows:
            if self._taken >= self._max_rows:
                self._reason = f"Only the first {self._max_rows:,} rows were taken{place}."
                return
            self._taken += 1
            yield row

    def write(self, lines: Iterable[str], writer: DocumentWriter, *, place: str = "") -> None:
        """Write the lines as one block until the text is full."""
        writer.lines(self._fitting(lines, writer, place))

    def miss(self, part: str) -> None:
        """Remember a part of the document that no row was taken of, since a limit was reached before it."""
        self._missed.append(part)

    def truncated(self) -> str:
        """Return what was left out, in a sentence; empty where nothing was."""
        if not self._missed:
            return self._reason
        named = ", ".join(self._missed[:_PARTS_NAMED])
        more = f" and {len(self._missed) - _PARTS_NAMED} more" if len(self._missed) > _PARTS_NAMED else ""
        return f"{self._reason} Nothing was taken of {named}{more}."

    def _fitting(self, lines: Iterable[str], writer: DocumentWriter, place: str) -> Iterator[str]:
        for line in lines:
            if not writer.has_room(len(line)):
                self._reason = f"The text was full after {self._taken:,} rows{place}; the rest was left out."
                return
            yield line
