"""CSV and TSV: a line for each row, with the names of its columns. `text_formats` calls it.

The delimiter is the one that cuts the first lines most evenly. Types are not guessed; rows read as they were written.
"""

import csv
from collections.abc import Iterator
from itertools import islice

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.bounded_rows import RowBudget
from plimsoll.knowledge.parse.decode import decode_text
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.table_rows import HeaderRule, Row, row_lines
from plimsoll.knowledge.parse.writing import DocumentWriter

_DELIMITERS = (",", ";", "\t", "|")
_LINES_TRIED = 20
_LARGEST_FIELD = 10_000_000


def parse_delimited(file: SourceFile) -> ParsedDocument:
    """Return the rows, each as `- Column: value; …`. Raises UnreadableDocument; says what was left out."""
    decoded = decode_text(file)
    budget = RowBudget(file.max_rows)
    writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
    lines = row_lines(budget.rows(_rows(decoded.text, file)), rule=HeaderRule(is_customary=True))
    budget.write(lines, writer)
    return writer.finish(title=file.title_from_name(), notes=decoded.notes, truncated=budget.truncated())


def _rows(text: str, file: SourceFile) -> Iterator[Row]:
    lines = text.splitlines(keepends=True)
    csv.field_size_limit(_LARGEST_FIELD)
    reader = csv.reader(lines, delimiter=_delimiter(lines, file))
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableDocument(
            f"{file.source!r} is no table in line {reader.line_num}: {error}.", next_step="Export it again as CSV."
        ) from error


def _delimiter(lines: list[str], file: SourceFile) -> str:
    if file.source.lower().endswith(".tsv"):
        return "\t"
    return max(_DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> float:
    try:
        widths = [len(row) for row in islice(csv.reader(lines, delimiter=delimiter), _LINES_TRIED) if row]
    except csv.Error:
        return 0.0
    if not widths or max(widths) == 1:
        return 0.0
    return widths.count(widths[0]) / len(widths) + (widths[0] > 1)
