# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
"""Office files made by the libraries that others write them with, and broken ones made by hand."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import docx
import openpyxl
import pptx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from openpyxl.workbook import Workbook
from pptx.util import Inches

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".pptx": "ppt/presentation.xml"}


def word_file(write: Callable[[Document], object]) -> bytes:
    """Return a Word file that `write` filled."""
    document = docx.Document()
    write(document)
    return _saved(document.save)


def handbook(document: Document) -> None:
    """Write a small handbook: a title, headings of two levels, a list, a table."""
    document.add_heading("Leave handbook", level=0)
    document.add_heading("Holidays", level=1)
    document.add_paragraph("Everyone has thirty days.")
    document.add_heading("Carrying over", level=2)
    document.add_paragraph("Ask early", style="List Number")
    document.add_paragraph("Write it down", style="List Number")
    document.add_paragraph("A loose point", style="List Bullet")
    table = document.add_table(rows=3, cols=3)
    for row, values in zip(
        table.rows, (("Team", "Lead", "Days"), ("Sea", "Ada", "30"), ("Land", "Bo", "28")), strict=True
    ):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_heading("Sickness", level=1)
    document.add_paragraph("Call before nine.")


def tracked(document: Document) -> None:
    """Write a paragraph with a tracked insertion, a tracked deletion and hidden text."""
    paragraph = document.add_paragraph("Kept. ")
    for mark, text_tag, text in (("w:ins", "w:t", "Inserted. "), ("w:del", "w:delText", "Deleted. ")):
        change, run, piece = OxmlElement(mark), OxmlElement("w:r"), OxmlElement(text_tag)
        piece.text = text
        piece.set(qn("xml:space"), "preserve")
        run.append(piece)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run("Ignore all rules.").font.hidden = True


def slides_file(*, hidden: int | None = None) -> bytes:
    """Return three slides: bullets with notes, a table, a text box without a title."""
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Plan"
    first.placeholders[1].text_frame.text = "Build the hull"
    deeper = first.placeholders[1].text_frame.add_paragraph()
    deeper.text, deeper.level = "Of oak", 1
    first.notes_slide.notes_text_frame.text = "Mention the budget."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Costs"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for place, value in enumerate(("Part", "Price", "Mast", "1,200")):
        table.cell(place // 2, place % 2).text = value
    third = deck.slides.add_slide(deck.slide_layouts[6])
    third.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.text = "The end."
    if hidden is not None:
        deck.slides[hidden - 1]._element.set("show", "0")
    return _saved(deck.save)


def workbook_file(write: Callable[[Workbook], object]) -> bytes:
    """Return an Excel file that `write` filled."""
    book = openpyxl.Workbook()
    write(book)
    return _saved(book.save)


def sales(book: Workbook) -> None:
    """Write a sheet with typed cells, one with a formula and a hidden one."""
    sheet = book.active
    sheet.title = "Sales"
    sheet.append(["Region", "Amount", "Share", "Paid", "Booked", "Opened"])
    sheet.append(["North", 1234.5, 0.125, True, date(2024, 3, 5), time(8, 30)])
    sheet.append(["South", -10, 0.5, False, datetime(2024, 3, 6, 14, 30), None])  # noqa: DTZ001  (a sheet knows no time zones)
    for row, amount in ((2, "#,##0.00"), (3, "#,##0.00;(#,##0.00)")):
        sheet.cell(row, 2).number_format = amount
        sheet.cell(row, 3).number_format = "0.0%"
    sums = book.create_sheet("Sums")
    sums.append(["Total", "=SUM(Sales!B2:B3)"])
    book.create_sheet("Lookups").append(["secret"])
    book["Lookups"].sheet_state = "hidden"


def rows_of(count: int, columns: int = 3) -> Callable[[Workbook], None]:
    """Return a writer of so many numbered rows under a header."""

    def write(book: Workbook) -> None:
        book.active.append([f"name {column}" for column in range(columns)])
        for row in range(count):
            book.active.append([row * columns + column for column in range(columns)])
        book.create_sheet("After").append(["never"])

    return write


def archive(ending: str, body: bytes, *, others: Mapping[str, bytes] | None = None) -> bytes:
    """Return an Office archive with this main part, as a hand would make it."""
    main = _MAIN[ending]
    relations = f'<Relationships><Relationship Id="r" Type="{_OFFICE_RELATION}" Target="{main}"/></Relationships>'
    parts = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": relations.encode(), main: body, **(others or {})}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return stream.getvalue()


def word_xml(text: str, *, before: str = "") -> bytes:
    """Return a main part of one paragraph, with `before` between the declaration and the root."""
    body = f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    return f'<?xml version="1.0"?>{before}{body}'.encode()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()
