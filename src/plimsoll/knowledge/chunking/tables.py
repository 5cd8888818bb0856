"""Finds tables in a text as parsers write them, so that rows are cut by themselves.

A row is a line `| cell | cell |` below a header, or a line `- Name: cell; Name: cell` that names its columns itself.
"""

import re
from collections.abc import Iterator

import msgspec

from plimsoll.text import SentenceSpan

_LINE = re.compile(r"[^\n]*\n?")
_RULE = re.compile(r"\s*\|?(?:\s*:?-{1,}:?\s*\|)+(?:\s*:?-{1,}:?\s*)?\|?\s*")
_NAMED_ROW = re.compile(r"- [^:;\n]{1,80}: [^;\n]*; [^:;\n]{1,80}: ")
_LONGEST_HEADER = 200


class TablePart(msgspec.Struct, frozen=True):
    """A run of prose, or a table."""

    start: int
    """First character."""
    end: int
    """One past the last character."""
    rows: tuple[SentenceSpan, ...] = ()
    """The lines of a table, its header's included; empty for prose."""
    header: str = ""
    """The names of its columns, which each chunk of rows repeats as context; empty for prose."""


def split_tables(text: str, start: int, end: int) -> Iterator[TablePart]:
    """Yield prose and tables of `text[start:end]` in order; together they are all of it.

    A table is two or more rows of one kind; of cells, the first is the header, whether a rule `|---|---|` follows it
    or not.
    """
    prose, run = start, _no_rows()
    for match in _LINE.finditer(text, start, end):
        kind = _kind_of(match.group())
        if kind and (not run or kind == _kind_of(run[-1].group())):
            run.append(match)
            continue
        if len(run) > 1:
            yield from _parts(text, prose, run)
            prose = run[-1].end()
        run = [match] if kind else _no_rows()
    if len(run) > 1:
        yield from _parts(text, prose, run)
        prose = run[-1].end()
    if text[prose:end].strip():
        yield TablePart(prose, end)


def _kind_of(line: str) -> str:
    """Return `|` for a row of cells, `-` for a row that names its columns, nothing for prose."""
    if line.lstrip(" \t").startswith("|"):
        return "|"
    return "-" if _NAMED_ROW.match(line) else ""


def _no_rows() -> list[re.Match[str]]:
    return []


def _parts(text: str, prose: int, lines: list[re.Match[str]]) -> Iterator[TablePart]:
    first = lines[0].start()
    if text[prose:first].strip():
        yield TablePart(prose, first)
    # A row that names its own columns needs no header.
    header = lines[0].group().strip()[:_LONGEST_HEADER] if _kind_of(lines[0].group()) == "|" else ""
    rows = tuple(_trimmed(line) for line in lines)
    # The rule under the header says nothing by itself: it stays with the header's line.
    if len(rows) > 1 and _RULE.fullmatch(text[rows[1].start : rows[1].end]):
        rows = (SentenceSpan(rows[0].start, rows[1].end), *rows[2:])
    yield TablePart(first, lines[-1].end(), rows, header)


def _trimmed(line: re.Match[str]) -> SentenceSpan:
    kept = line.group().strip()
    first = line.start() + line.group().index(kept[0])
    return SentenceSpan(first, first + len(kept))
