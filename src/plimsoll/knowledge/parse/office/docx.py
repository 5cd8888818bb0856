"""Word: paragraphs, headings with their levels, lists, tables, footnotes and links, in the order of the document.

Tracked insertions are read, deletions are not; text that is formatted as hidden is not, since its reader never saw it.
Page headers and footers, comments, pictures and macros are left out. `foreign_formats` calls it.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.office.package import (
    Link,
    Package,
    attribute,
    child,
    children,
    core_title,
    descendants,
    local_name,
    whole_number,
)
from plimsoll.knowledge.parse.office.word_styles import WordStyles
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.table_rows import HeaderRule, row_lines
from plimsoll.knowledge.parse.writing import DocumentWriter

_LEFT_OUT = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "tblPr", "sdtPr"})
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_MOST_COLUMNS = 100
_LINKED = ("http://", "https://", "mailto:")


def parse_docx(file: SourceFile) -> ParsedDocument:
    """Return the document's text with its headings. Raises UnreadableDocument and TooLarge."""
    package = Package(file)
    part = package.main_part()
    body = child(package.tree(part), "body")
    if body is None:
        raise UnreadableDocument(f"{file.source!r} has no body.", next_step="Open it, save it again and add that.")
    reader = _WordReader(file, package, part=part)
    reader.read(body)
    return reader.finish(core_title(package))


class _WordReader:
    def __init__(self, file: SourceFile, package: Package, *, part: str) -> None:
        self._links = package.links(part)
        self._styles = WordStyles(package, self._links)
        self._notes = _footnotes(package, self._links)
        self._writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
        self._file = file
        self._title = ""
        self._list: list[str] = []
        self._hidden = False
        self._left_out: list[str] = []

    def read(self, element: Element) -> None:
        for inner in element:
            name = local_name(inner)
            if name == "p":
                self._paragraph(inner)
            elif name == "tbl":
                self._table(inner)
            elif name == "altChunk":
                self._left_out.append(f"{self._file.source!r} embeds another file, which was not read.")
            elif name not in _LEFT_OUT:
                self.read(inner)

    def finish(self, title: str) -> ParsedDocument:
        self._end_list()
        hidden = (f"{self._file.source!r} holds text formatted as hidden, which was left out.",) if self._hidden else ()
        named = self._title or title or self._writer.first_heading() or self._file.title_from_name()
        return self._writer.finish(title=named, notes=(*dict.fromkeys(self._left_out), *hidden))

    def _paragraph(self, paragraph: Element) -> None:
        text, level = self._text(paragraph).strip(), self._styles.heading_level(paragraph)
        mark = self._styles.list_mark(paragraph) if text and level is None else ""
        if mark:
            self._list.append(f"{mark} {' '.join(text.split())}")
        elif text:
            self._end_list()
            self._block(text, level)
        for reference in descendants(paragraph, "footnoteReference"):
            self._end_list()
            self._writer.paragraph(self._notes.get(attribute(reference, "id"), ""))
        for box in _text_boxes(paragraph):
            self._end_list()
            self.read(box)

    def _block(self, text: str, level: int | None) -> None:
        if level is None:
            self._writer.paragraph(text)
            return
        if level == 0 and not self._title:
            self._title = " ".join(text.split())
        self._writer.heading(text, level=level)

    def _end_list(self) -> None:
        lines, self._list = self._list, []
        self._writer.lines(lines)

    def _table(self, table: Element) -> None:
        self._end_list()
        rows = list(descendants(table, "tr")) if not _holds_table(table) else list(children(table, "tr"))
        is_declared = bool(rows) and child(rows[0], "trPr", "tblHeader") is not None
        cells = ([text for cell in _cells(row) for text in self._spread(cell)] for row in rows)
        self._writer.lines(row_lines(cells, rule=HeaderRule(is_declared=is_declared)))

    def _cell(self, cell: Element) -> str:
        return "\n".join(filter(None, (self._text(paragraph).strip() for paragraph in descendants(cell, "p"))))

    def _spread(self, cell: Element) -> list[str]:
        """Return the cell's text, and an empty one for each further column that the cell covers."""
        span = child(cell, "tcPr", "gridSpan")
        width = whole_number(attribute(span, "val")) if span is not None else None
        return [self._cell(cell), *[""] * (min(width or 1, _MOST_COLUMNS) - 1)]

    def _text(self, element: Element) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: Element) -> Iterator[str]:
        for inner in element:
            name = local_name(inner)
            if name == "t":
                yield inner.text or ""
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name == "hyperlink":
                yield self._linked(inner)
            elif name == "r" and _is_hidden(inner):
                self._hidden = self._hidden or bool(next(descendants(inner, "t"), None) is not None)
            elif name not in _LEFT_OUT and name != "txbxContent":
                yield from self._pieces(inner)

    def _linked(self, element: Element) -> str:
        text = self._text(element)
        link = self._links.get(attribute(element, "id"))
        return f"{text} ({link.target})" if link and is_worth_naming(link, text) else text


def is_worth_naming(link: Link, text: str) -> bool:
    """Tell whether the link's address says something that its text does not."""
    address = link.target.removeprefix("mailto:").rstrip("/")
    return link.is_external and bool(text.strip()) and link.target.lower().startswith(_LINKED) and address not in text


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    for inner in paragraph:
        name = local_name(inner)
        if name == "txbxContent":
            yield inner
        elif name not in _LEFT_OUT:
            yield from _text_boxes(inner)


def _is_hidden(run: Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in {"0", "false", "off"}


def _holds_table(table: Element) -> bool:
    return sum(1 for _ in descendants(table, "tbl")) > 1


def _cells(row: Element) -> Iterator[Element]:
    for inner in row:
        if local_name(inner) == "tc":
            yield inner
        elif local_name(inner) in {"sdt", "sdtContent", "customXml", "ins"}:
            yield from _cells(inner)


def _footnotes(package: Package, links: dict[str, Link]) -> dict[str, str]:
    found: dict[str, str] = {}
    for link in links.values():
        if link.kind == "footnotes":
            for note in children(package.tree(link.target), "footnote"):
                text = " ".join("".join(piece.text or "" for piece in descendants(note, "t")).split())
                if text:
                    found[attribute(note, "id")] = f"Footnote: {text}"
    return found
