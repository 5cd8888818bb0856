"""PowerPoint: a page a slide, its title as heading, its text, tables and speaker notes. `foreign_formats` calls it.

Slides keep the numbers that a reader sees; hidden slides are left out with a note. Charts, pictures, animations and
macros are not read.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.office.docx import is_worth_naming
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
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.table_rows import HeaderRule, row_lines
from plimsoll.knowledge.parse.writing import DocumentWriter

_TITLES = {"title", "ctrTitle"}
_UNREAD_PLACES = {"sldNum", "dt", "ftr", "hdr", "sldImg"}
_DEEPEST = 9
_LISTS = {"body", "obj", ""}


def parse_pptx(file: SourceFile) -> ParsedDocument:
    """Return the slides in their order. Raises UnreadableDocument and TooLarge."""
    package = Package(file)
    part = package.main_part()
    links = package.links(part)
    writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
    hidden: list[int] = []
    first_title = ""
    for number, slide_part in enumerate(_slide_parts(package.tree(part), links), start=1):
        slide = package.tree(slide_part)
        if slide is None or attribute(slide, "show") in {"0", "false"}:
            hidden.append(number)
            continue
        title = _Slide(writer, package.links(slide_part)).write(slide, number)
        _write_notes(writer, package, package.links(slide_part))
        first_title = first_title or title
    named = ", ".join(str(number) for number in hidden)
    notes = [f"{file.source!r}: hidden slides were left out: {named}."] if hidden else []
    return writer.finish(title=_title(core_title(package)) or first_title or file.title_from_name(), notes=notes)


def _title(given: str) -> str:
    return "" if given.lower() in {"powerpoint presentation", "presentation", "untitled"} else given


def _slide_parts(presentation: Element | None, links: dict[str, Link]) -> Iterator[str]:
    for slide in children(child(presentation, "sldIdLst"), "sldId"):
        link = next((links[value] for key, value in slide.items() if key.endswith("}id") and value in links), None)
        if link is not None:
            yield link.target


class _Slide:
    def __init__(self, writer: DocumentWriter, links: dict[str, Link]) -> None:
        self._writer = writer
        self._links = links

    def write(self, slide: Element, number: int) -> str:
        """Write the slide as a page; return its title, or nothing where it has none."""
        shapes = list(_shapes(child(slide, "cSld", "spTree")))
        titles = [shape for shape in shapes if _place(shape) in _TITLES]
        title = " ".join(self._paragraph(p) for shape in titles for p in descendants(shape, "p")).strip()
        self._writer.page(number)
        self._writer.heading(title or f"Slide {number}", level=1)
        for shape in shapes:
            if _place(shape) not in _TITLES | _UNREAD_PLACES:
                self._shape(shape)
        return " ".join(title.split())

    def _shape(self, shape: Element) -> None:
        table = next(descendants(shape, "tbl"), None)
        if table is not None:
            self._table(table)
            return
        is_list = _place(shape) in _LISTS
        paragraphs = list(children(child(shape, "txBody"), "p"))
        lines = [self._line(paragraph, is_list=is_list and len(paragraphs) > 1) for paragraph in paragraphs]
        if is_list:
            self._writer.lines(lines)
        else:
            self._writer.paragraph("\n".join(filter(None, lines)))

    def _line(self, paragraph: Element, *, is_list: bool) -> str:
        text = " ".join(self._paragraph(paragraph).split())
        properties = child(paragraph, "pPr")
        depth = whole_number(attribute(properties, "lvl")) if properties is not None else None
        return f"{'  ' * min(depth or 0, _DEEPEST)}- {text}" if text and is_list else text

    def _table(self, table: Element) -> None:
        properties = child(table, "tblPr")
        is_declared = properties is not None and attribute(properties, "firstRow") in {"1", "true"}
        rows = ([self._cell(cell) for cell in children(row, "tc")] for row in children(table, "tr"))
        self._writer.lines(row_lines(rows, rule=HeaderRule(is_declared=is_declared)))

    def _cell(self, cell: Element) -> str:
        return " ".join(self._paragraph(paragraph) for paragraph in descendants(cell, "p"))

    def _paragraph(self, paragraph: Element) -> str:
        return "".join(self._pieces(paragraph))

    def _pieces(self, paragraph: Element) -> Iterator[str]:
        for inner in paragraph:
            name = local_name(inner)
            if name == "br":
                yield "\n"
            elif name in {"r", "fld"}:
                text = "".join(piece.text or "" for piece in children(inner, "t"))
                click = child(inner, "rPr", "hlinkClick")
                link = self._links.get(attribute(click, "id")) if click is not None else None
                yield f"{text} ({link.target})" if link and is_worth_naming(link, text) else text


def _shapes(tree: Element | None) -> Iterator[Element]:
    for shape in tree if tree is not None else ():
        name = local_name(shape)
        if name in {"sp", "graphicFrame"}:
            yield shape
        elif name in {"grpSp", "AlternateContent", "Choice"}:
            yield from _shapes(shape)


def _place(shape: Element) -> str | None:
    """Return the kind of place that the shape fills in its layout; None for a free one."""
    for properties in shape:
        place = child(properties, "nvPr", "ph")
        if place is not None:
            return attribute(place, "type")
    return None


def _write_notes(writer: DocumentWriter, package: Package, links: dict[str, Link]) -> None:
    for link in links.values():
        if link.kind != "notesSlide":
            continue
        notes = package.tree(link.target)
        for shape in _shapes(child(notes, "cSld", "spTree")):
            if _place(shape) == "body":
                lines = ("".join(t.text or "" for t in descendants(p, "t")) for p in descendants(shape, "p"))
                text = "\n".join(filter(None, lines))
                writer.paragraph(f"Notes: {text}" if text else "")
