"""Cases from a table in a CSV file, read row by row: each bad row is told with its line, and none is lost in silence.

Called by the project's operations. It asks no model and writes nothing.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

import msgspec

from plimsoll.datasets.case_line import Place, read_case
from plimsoll.datasets.stored import KeptCase
from plimsoll.errors import InvalidDataset, InvalidRequest, one_of, unknown_name

_LONGEST_CELL = 1_000_000
_DELIMITERS = (",", ";", "\t", "|")
_AS_JSON = ("{", "[", "true", "false")
_NUMBERS = frozenset({"number", "seconds", "cost_usd"})


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns become which part of a case."""

    input: Mapping[str, str]
    """Columns by field of the feature's input; at least one."""
    expected: Mapping[str, str] = {}
    """Columns by name of an expectation, e.g. `{"contains": "answer"}`."""
    tags: tuple[str, ...] = ()
    """Columns whose text is a tag each."""
    id: str = ""
    """Column of the ids; empty where ids follow from the input."""
    cluster: str = ""
    """Column of what cases share with others; empty without one."""
    person: str = ""
    """Column with the id of the person whose words the row holds; empty without one."""

    def names(self) -> list[str]:
        """Return the columns that are read, each once."""
        single = (one for one in (self.id, self.cluster, self.person) if one)
        return list(dict.fromkeys([*self.input.values(), *self.expected.values(), *self.tags, *single]))


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is no case."""

    line: int
    """The line on which it begins, counted from 1."""
    problem: str
    """What is wrong, and what is allowed."""
    cells: tuple[str, ...]
    """Its cells as they were read."""


def read_rows(file: Path, columns: Columns, *, encoding: str = "utf-8-sig") -> Iterator[KeptCase | BadRow]:
    """Yield a case for each row of a CSV file whose first line names the columns, or what is wrong with the row.

    Memory does not grow with the file. The delimiter is the one of comma, semicolon, tab and bar that the first line
    holds most often. Raises InvalidDataset where the file cannot be read or has no such column.
    """
    try:
        # What is not of the encoding is carried on, so that it can be told by its line.
        with file.open(encoding=encoding, errors="surrogateescape", newline="") as opened:
            yield from _read(opened, str(file), columns)
    except LookupError:
        raise InvalidRequest(f"There is no encoding {encoding!r}.", next_step="E.g. utf-8, utf-16, cp1252.") from None
    except UnicodeError as error:
        raise InvalidDataset(
            f"{file} is not text in {encoding}: {error}.", next_step="Name its encoding with --encoding."
        ) from error
    except FileNotFoundError:
        raise InvalidDataset(f"There is no file {str(file)!r}.", next_step="Check the path.") from None
    except OSError as error:
        raise InvalidDataset(f"{file} could not be read: {error.strerror}.") from error


def _read(opened: TextIO, shown: str, columns: Columns) -> Iterator[KeptCase | BadRow]:
    first = opened.readline()
    if not first.strip():
        raise InvalidDataset(f"{shown} has no first line that names its columns.", next_step="Write one.")
    delimiter = max(_DELIMITERS, key=first.count)
    opened.seek(0)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(opened, delimiter=delimiter, strict=True)
    head = [name.strip() for name in next(reader)]
    _require(head, columns, shown)
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"the row cannot be read: {error}"
            yield BadRow(line=line, problem=f"{shown}:{line}: {problem}.", cells=())
        else:
            if cells:
                yield _read_row(head, cells, Place(file=shown, line=line), columns=columns)
        line = reader.line_num + 1


def _require(head: list[str], columns: Columns, shown: str) -> None:
    if any(_is_broken(name) for name in head) or "\x00" in "".join(head):
        raise InvalidDataset(
            f"The first line of {shown} is not text in this encoding.",
            next_step="Name its encoding with --encoding, e.g. utf-16 or cp1252.",
        )
    for name in columns.names():
        if head.count(name) != 1:
            problem = unknown_name("column", name, head) if name not in head else f"Two columns are named {name!r}."
            raise InvalidDataset(f"{shown}: {problem}", next_step=f"Its columns are {one_of(head)}.")


def _read_row(head: list[str], cells: list[str], place: Place, *, columns: Columns) -> KeptCase | BadRow:
    row = dict(zip(head, cells, strict=False))
    try:
        if any(map(_is_broken, cells)):
            place.refuse("the row holds bytes that are not of this encoding.", "Name another with --encoding.")
        if len(cells) != len(head):
            place.refuse(f"the row has {len(cells)} cells, the first line {len(head)}.")
        if not any(row[name].strip() for name in columns.input.values()):
            place.refuse("the row has no input: its cells are empty.")
        case = read_case(json.dumps(_fields(row, columns)), place)
    except InvalidDataset as error:
        return BadRow(line=place.line, problem=error.message, cells=tuple(cells))
    return KeptCase(case=case, subject=row.get(columns.person, "").strip() or None)


def _fields(row: Mapping[str, str], columns: Columns) -> dict[str, object]:
    """Return a row as the fields of a case; empty cells are left out."""
    given = {field: row.get(name, "") for field, name in columns.input.items()}
    expected = {field: _value(field, row.get(name, "").strip()) for field, name in columns.expected.items()}
    fields: dict[str, object] = {
        "input": {field: text for field, text in given.items() if text.strip()},
        "expected": {field: value for field, value in expected.items() if value != ""},
        "tags": [text for name in columns.tags if (text := row.get(name, "").strip())],
    }
    names = {"id": row.get(columns.id, "").strip(), "cluster": row.get(columns.cluster, "").strip()}
    return fields | {field: text for field, text in names.items() if text}


def _value(field: str, text: str) -> object:
    """Return what a cell expects: a number, a JSON value, or the text as it stands."""
    if field in _NUMBERS or text.lower().startswith(_AS_JSON):
        try:
            return json.loads(text.lower() if text.lower() in {"true", "false"} else text)
        except ValueError:
            return text
    return text


def _is_broken(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)
