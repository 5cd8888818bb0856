"""Rows as JSON lines or CSV. Lists are joined by `|` in CSV; moments are texts with nanoseconds."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from plimsoll.traces.export.columns import ExportColumn, ExportRow

_SECOND = 10**9


class JsonLines:
    """Writes one object a line."""

    def __init__(self, path: Path, columns: tuple[ExportColumn, ...]) -> None:
        self._moments = tuple(column.name for column in columns if column.type == "moment")
        self._encode = msgspec.json.Encoder().encode_lines
        self._file = path.open("wb")

    def write(self, rows: Sequence[ExportRow]) -> None:
        """Write the rows."""
        self._file.write(self._encode([_with_moments(row, self._moments) for row in rows]))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Csv:
    """Writes a heading and one line a row."""

    def __init__(self, path: Path, columns: tuple[ExportColumn, ...]) -> None:
        self._moments = tuple(column.name for column in columns if column.type == "moment")
        self._lists = tuple(column.name for column in columns if column.type == "texts")
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, [column.name for column in columns])
        self._writer.writeheader()

    def write(self, rows: Sequence[ExportRow]) -> None:
        """Write the rows."""
        for row in rows:
            joined = {name: "|".join(map(str, _texts(row[name]))) for name in self._lists}
            self._writer.writerow(_with_moments(row, self._moments) | joined)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _texts(value: object) -> list[object]:
    return [*value] if isinstance(value, list) else []


def _with_moments(row: ExportRow, names: tuple[str, ...]) -> ExportRow:
    return row | {name: _moment(row[name]) for name in names}


def _moment(value: object) -> str | None:
    if not isinstance(value, int):
        return None
    seconds, nanoseconds = divmod(value, _SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09}Z"
