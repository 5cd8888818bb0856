"""Excel: a section a sheet, a line a row with the names of its columns, values as a person reads them.

Rows are streamed and stop at a limit, which is said. Formulas read as the value that was stored with them. Hidden
sheets are left out with a note; charts, comments, pictures and macros are not read. `foreign_formats` calls it.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import msgspec

from plimsoll.knowledge.parse.bounded_rows import RowBudget
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.office.cell_values import BUILT_IN, shown_number
from plimsoll.knowledge.parse.office.docx import is_worth_naming
from plimsoll.knowledge.parse.office.package import (
    Link,
    Package,
    attribute,
    child,
    children,
    core_title,
    descendants,
    whole_number,
)
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.table_rows import HeaderRule, Row, row_lines
from plimsoll.knowledge.parse.writing import DocumentWriter

_ROW = frozenset({"row"})
_STRING_ITEM = frozenset({"si"})
_HYPERLINK = frozenset({"hyperlink"})
_COLUMN = re.compile(r"([A-Z]{1,3})\d*")
_MOST_COLUMNS = 1000
_TRUTH = {"1": "TRUE", "0": "FALSE"}


class _Sheet(msgspec.Struct, frozen=True):
    name: str
    part: str
    is_hidden: bool


class _Workbook(msgspec.Struct, frozen=True):
    sheets: list[_Sheet]
    strings: list[str]
    formats: list[str]
    is_1904: bool


def parse_xlsx(file: SourceFile) -> ParsedDocument:
    """Return the visible sheets in their order. Raises UnreadableDocument and TooLarge."""
    package = Package(file)
    workbook = _open(package)
    writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
    budget = RowBudget(file.max_rows)
    reader = _RowReader(package, workbook)
    for sheet in workbook.sheets:
        if budget.is_spent:
            budget.miss(f"sheet {sheet.name!r}")
        elif not sheet.is_hidden and writer.has_room(len(sheet.name) + 3):
            writer.heading(sheet.name, level=1)
            rows = budget.rows(reader.rows(sheet), place=f" of sheet {sheet.name!r}")
            budget.write(row_lines(rows, rule=HeaderRule()), writer, place=f" of sheet {sheet.name!r}")
            file.tell_progress()
    title = core_title(package) or file.title_from_name()
    return writer.finish(title=title, notes=_notes(file, workbook, reader), truncated=budget.truncated())


def _open(package: Package) -> _Workbook:
    part = package.main_part()
    root, links = package.tree(part), package.links(part)
    by_kind = {link.kind: link.target for link in links.values()}
    properties = child(root, "workbookPr")
    strings = package.elements(by_kind.get("sharedStrings", ""), _STRING_ITEM)
    return _Workbook(
        sheets=list(_sheets(root, links)),
        strings=[_string(item) for item in strings],
        formats=_formats(package.tree(by_kind.get("styles", ""))),
        is_1904=properties is not None and attribute(properties, "date1904") in {"1", "true"},
    )


def _sheets(root: Element | None, links: dict[str, Link]) -> Iterator[_Sheet]:
    for sheet in children(child(root, "sheets"), "sheet"):
        link = links.get(attribute(sheet, "id"))
        if link is not None and link.kind == "worksheet":
            yield _Sheet(attribute(sheet, "name"), link.target, attribute(sheet, "state") in {"hidden", "veryHidden"})


def _formats(styles: Element | None) -> list[str]:
    own = {attribute(item, "numFmtId"): attribute(item, "formatCode") for item in descendants(styles, "numFmt")}
    ids = [attribute(item, "numFmtId") for item in children(child(styles, "cellXfs"), "xf")]
    return [own.get(name) or BUILT_IN.get(whole_number(name) or 0, "") for name in ids]


def _string(item: Element) -> str:
    phonetic = {id(text) for hint in descendants(item, "rPh") for text in descendants(hint, "t")}
    return "".join(text.text or "" for text in descendants(item, "t") if id(text) not in phonetic)


class _RowReader:
    def __init__(self, package: Package, workbook: _Workbook) -> None:
        self._package = package
        self._workbook = workbook
        self.unstored_formulas = 0
        self.wide_rows = 0

    def rows(self, sheet: _Sheet) -> Iterator[Row]:
        links = self._links(sheet)
        for row in self._package.elements(sheet.part, _ROW):
            yield self._cells(row, links)

    def _cells(self, row: Element, links: dict[str, Link]) -> Row:
        cells: list[str] = []
        for cell in children(row, "c"):
            place = attribute(cell, "r")
            column = _column(place) if place else len(cells)
            if column >= _MOST_COLUMNS:
                self.wide_rows += 1
                break
            cells.extend([""] * (column - len(cells)))
            text = self._shown(cell)
            link = links.get(place)
            cells.append(f"{text} ({link.target})" if link and is_worth_naming(link, text) else text)
        return cells

    def _shown(self, cell: Element) -> str:
        kind = attribute(cell, "t")
        if kind == "inlineStr":
            return _string(cell)
        stored = child(cell, "v")
        value = (stored.text or "") if stored is not None else ""
        if not value:
            return self._formula(cell)
        if kind == "s":
            return _at(self._workbook.strings, value)
        if kind == "b":
            return _TRUTH.get(value, value)
        return value if kind in {"str", "e", "d"} else self._number(value, attribute(cell, "s"))

    def _formula(self, cell: Element) -> str:
        formula = child(cell, "f")
        if formula is None or attribute(cell, "t") == "str":
            return ""
        self.unstored_formulas += 1
        return f"={formula.text}" if formula.text else ""

    def _number(self, value: str, style: str) -> str:
        code = _at(self._workbook.formats, style)
        try:
            return shown_number(float(value), code, is_1904=self._workbook.is_1904)
        except (ValueError, OverflowError):
            return value

    def _links(self, sheet: _Sheet) -> dict[str, Link]:
        links = {key: link for key, link in self._package.links(sheet.part).items() if link.kind == "hyperlink"}
        if not links:
            return {}
        found = (
            (attribute(item, "ref"), attribute(item, "id")) for item in self._package.elements(sheet.part, _HYPERLINK)
        )
        return {place: links[key] for place, key in found if key in links}


def _column(place: str) -> int:
    match = _COLUMN.match(place)
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - 64
    return max(number - 1, 0)


def _at(items: list[str], place: str) -> str:
    index = whole_number(place)
    return items[index] if index is not None and index < len(items) else ""


def _notes(file: SourceFile, workbook: _Workbook, reader: _RowReader) -> Iterator[str]:
    hidden = [repr(sheet.name) for sheet in workbook.sheets if sheet.is_hidden]
    if hidden:
        yield f"{file.source!r}: hidden sheets were left out: {', '.join(hidden)}."
    if reader.unstored_formulas:
        yield (
            f"{file.source!r} has {reader.unstored_formulas} formulas without a stored value; they read as formulas. "
            "Open it in a spreadsheet program and save it."
        )
    if reader.wide_rows:
        yield f"{file.source!r}: columns beyond the first {_MOST_COLUMNS:,} were left out of {reader.wide_rows} rows."
