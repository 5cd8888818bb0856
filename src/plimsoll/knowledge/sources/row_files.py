"""Reads the rows of a JSONL or CSV file; `records` makes documents of them."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Literal

import msgspec

from plimsoll.errors import InvalidSettings, SourceUnavailable
from plimsoll.knowledge.sources.records import Row

FileKind = Literal["jsonl", "csv"]
"""Which of the two it is."""
_LONGEST_FIELD = 10_000_000


class RowFile:
    """One file of rows."""

    def __init__(self, path: Path, *, kind: FileKind, most_rows: int) -> None:
        self.kind = kind
        self._path = path
        self._most_rows = most_rows

    def read(self) -> Sequence[Row]:
        """Return all rows. A row that cannot be read makes the whole file unavailable: it may be half-written."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(islice(self._rows(file), self._most_rows + 1))
        except OSError as error:
            raise SourceUnavailable(
                f"The file {str(self._path)!r} cannot be read: {error.strerror}.",
                next_step="Check that it exists and its permissions.",
            ) from error
        except (ValueError, csv.Error) as error:
            raise SourceUnavailable(
                f"The file {str(self._path)!r} is no {self.kind.upper()} file of UTF-8 text: {error}.",
                next_step="Is it being written? Write it aside and rename it.",
            ) from error
        if len(rows) > self._most_rows:
            raise InvalidSettings(
                f"The file {str(self._path)!r} has more than {self._most_rows:,} rows.",
                next_step="Raise `max_rows` of the source in plimsoll.toml, or split the file.",
            )
        return rows

    def _rows(self, file: IO[str]) -> Iterator[Row]:
        return _json_rows(file) if self.kind == "jsonl" else _csv_rows(file)


def _json_rows(file: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=dict[str, object])
            except msgspec.DecodeError as error:
                raise ValueError(f"line {number}: {error}") from error


def _csv_rows(file: IO[str]) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    for row in csv.DictReader(file, strict=True, restval=None):
        if None in row:
            raise ValueError("a row has more fields than the first line")
        yield row
