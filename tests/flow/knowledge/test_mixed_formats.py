"""Each file of a folder of mixed formats: its known content is there, or the reason why not."""

import asyncio
import os
from pathlib import Path

import pytest

from plimsoll.errors import DocumentError
from plimsoll.knowledge.parse import ParseLimits, ParserProcess, parse_text_file
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.recognition.recogniser import has_recogniser

DATA = Path(os.environ.get("PLIMSOLL_DATA", Path(__file__).parents[3] / "../shared/data")).resolve()
FOLDER = DATA / "mixed_format_files"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder of mixed formats at {FOLDER}: set PLIMSOLL_DATA"),
]
needs_recognition = pytest.mark.skipif(not has_recogniser(), reason="text recognition is not installed")


def read(name: str) -> ParsedDocument:
    async def ask() -> ParsedDocument:
        async with ParserProcess(ParseLimits()) as parser:
            return await parser.parse(FOLDER / name, source=name)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("csv/sample_1.csv", ["- Name: Jane Smith; Age: 37"]),
        ("csv/sample_3.csv", ["- Name: Mike Johnson; Email: mikejohnson@example.com"]),
        ("docx/sample_docx.docx", ["# Sample Docx File\n", "over 637,000 confirmed", "2020", "Page 3 was empty"]),
        ("docx/sample_docx_2_page_breaks.docx", ["Hard page break coming up", "a new paragraph on a new page."]),
        (
            "docx/sample_docx_with_links.docx",
            ["PDF (https://en.wikipedia.org/wiki/PDF) was a proprietary", "ISO 32000-1"],
        ),
        ("html/paul_graham_superlinear.html", ["returns for performance are superlinear"]),
        ("markdown/sample.md", ["## What to build with Haystack"]),
        (
            "msg/sample.msg",
            ['From: "Sebastian Lee"', "This is an example email", "Attachment sample_pdf_1.pdf", "ISO 32000-1"],
        ),
        ("pdf/sample_pdf_1.pdf", ["History and standardization"]),
        ("pdf/sample_pdf_3.pdf", ["Value 1 Value 2 Val 3"]),
        ("pptx/sample_pptx.pptx", ["# Sample Title Slide\n\nJane Doe", "- This is another bullet point"]),
        ("txt/doc_1.txt", ["Two lines in here."]),
        ("txt/doc_3.txt", ["That's yet another file!"]),
        ("xlsx/basic_tables_two_sheets.xlsx", ["# Basic Table\n\n- col_a: 1.5; col_b: test", "- col_c: TRUE"]),
        ("xlsx/spreadsheet_with_links.xlsx", ["Example", "Click here (https://example.com)"]),
    ],
)
def test_the_known_content_of_each_file_is_in_its_text(name: str, contents: list[str]) -> None:
    text = read(name).text
    assert [content for content in contents if content not in text] == []


@needs_recognition
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("images/image_metadata.png", "Topic: Live Music Performance"),
        ("pdf/non_text_searchable.pdf", "example of a non-text-searchable PDF"),
    ],
)
def test_the_text_of_pictures_is_recognised(name: str, content: str) -> None:
    document = read(name)
    assert content in document.text
    assert "may hold errors" in document.notes[0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("audio/answer.wav", "which no parser reads"),
        ("audio/this is the content of the document.wav", "which no parser reads"),
        pytest.param("images/apple.jpg", "No text was recognised", marks=needs_recognition),
    ],
)
def test_what_cannot_be_read_says_why_not(name: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        read(name)
    assert "transcript" in caught.value.next_step if name.startswith("audio") else caught.value.next_step


def test_slides_and_pages_are_numbered() -> None:
    assert [page.number for page in read("pptx/sample_pptx.pptx").pages] == [1, 2]
    assert len(read("pdf/sample_pdf_1.pdf").pages) == 4


def test_text_is_read_in_this_process_as_well() -> None:
    path = FOLDER / "csv/sample_1.csv"
    assert parse_text_file(path, source="a.csv", limits=ParseLimits()).text == read("csv/sample_1.csv").text
