"""Rows of a table as lines that read well alone: `- Region: North; Sales: 1,200` under a header, `| a | b |` without.

The parsers of sheets, delimited files and tables in documents call it. A row that names its columns keeps its meaning
when it is cut off from its header, in an index and in a quotation. A header is believed only with a reason.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import msgspec

Row = Sequence[str]
"""The cells of a row, as text; empty where there is nothing."""

_VALUE = re.compile(
    r"\s*[-+(]?\s*[$€£¥]?\s*\d[\d.,:/\s-]*\s*[%€$£)]?(?:[eE][+-]?\d+)?\s*|\s*(?:true|false)\s*", re.IGNORECASE
)
_LOOK_AHEAD = 20
_LONGEST_NAME = 80
_FEWEST_TO_PRESUME = 3
_LONGEST_VALUE_TESTED = 40


class HeaderRule(msgspec.Struct, frozen=True, kw_only=True):
    """How readily the first row is taken for a header."""

    is_declared: bool = False
    """The file says that the first row is a header."""
    is_customary: bool = False
    """Files of this kind begin with a header unless it is plainly none (CSV)."""


def row_lines(rows: Iterable[Row], *, rule: HeaderRule) -> Iterator[str]:
    """Return a line for each row that holds anything; blocks between empty rows may each have a header."""
    header: dict[int, str] = {}
    is_first = True
    for block in _blocks(rows):
        first, rest = _ahead(block)
        place = _header_place(first, rule=rule if is_first else HeaderRule())
        if place is not None:
            yield from (_plain(row) for row in first[:place])
            header = _names(first[place])
            first = first[place + 1 :]
            if not first:
                yield _plain(list(header.values()))
        yield from (_named(row, header) for row in chain(first, rest))
        is_first = False


def _blocks(rows: Iterable[Row]) -> Iterator[Iterator[Row]]:
    source = iter(rows)
    for row in source:
        if _filled(row):
            block = _until_empty(row, source)
            yield block
            for _ in block:  # whoever takes the block takes all of it; this is for the next one's sake
                pass


def _until_empty(first: Row, source: Iterator[Row]) -> Iterator[Row]:
    yield first
    for row in source:
        if not _filled(row):
            return
        yield row


def _ahead(block: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    return list(islice(block, _LOOK_AHEAD)), block


def _header_place(rows: Sequence[Row], *, rule: HeaderRule) -> int | None:
    widest = max(len(_filled(row)) for row in rows)
    for place, row in enumerate(rows):
        if len(_filled(row)) == widest:
            return place if _is_header(row, rows[place + 1 :], rule=rule) else None
    return None


def _is_header(row: Row, below: Sequence[Row], *, rule: HeaderRule) -> bool:
    names = [row[column].strip().lower() for column in _filled(row)]
    is_possible = len(set(names)) == len(names) and not any(is_value(name) for name in names)
    if not is_possible:
        return False
    if rule.is_declared or rule.is_customary:
        return True
    has_reason = any(is_value(other[column]) for other in below for column in _filled(other))
    return bool(below) and (has_reason or (len(names) >= _FEWEST_TO_PRESUME and len(below) > 1))


def is_value(cell: str) -> bool:
    """Tell whether the cell holds a number, a date or a truth value rather than words."""
    return len(cell) <= _LONGEST_VALUE_TESTED and _VALUE.fullmatch(cell) is not None


def _names(row: Row) -> dict[int, str]:
    return {column: one_line(row[column])[:_LONGEST_NAME].rstrip(": ") for column in _filled(row)}


def _named(row: Row, header: dict[int, str]) -> str:
    filled = _filled(row)
    if not header or not all(column in header for column in filled):
        return _plain(row)
    return "- " + "; ".join(f"{header[column]}: {one_line(row[column])}" for column in filled)


def _plain(row: Row) -> str:
    cells = [one_line(row[column]) for column in _filled(row)]
    return f"| {' | '.join(cells)} |" if len(cells) > 1 else "".join(cells)


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def _filled(row: Row) -> list[int]:
    return [column for column, cell in enumerate(row) if cell.strip()]
