"""PDF: pages with offsets; scanned, encrypted and broken files refused in one sentence."""

import pytest

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.pdf import parse_pdf
from plimsoll.knowledge.parse.source_file import SourceFile

from unit.knowledge.pdf_files import pdf_file


def read(content: bytes) -> ParsedDocument:
    return parse_pdf(SourceFile(source="reports/annual_report-2023.pdf", content=content))


def test_pages_are_kept_with_their_offsets() -> None:
    document = read(pdf_file("Page one speaks.", "", "Page three speaks."))
    assert document.text == "Page one speaks.\n\n\n\nPage three speaks."
    assert [(page.start, page.number) for page in document.pages] == [(0, 1), (18, 2), (20, 3)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Annual Report of Acme", "Annual Report of Acme"),
        ("0000764478-23-000006", "annual report-2023"),
        ("Microsoft Word - draft of report", "annual report-2023"),
    ],
)
def test_a_title_that_says_nothing_gives_way_to_the_name(title: str, expected: str) -> None:
    assert read(pdf_file("Text.", title=title)).title == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.4 broken", "is not a readable PDF"),
        (b"no pdf at all", "is not a readable PDF"),
        (pdf_file("Secret.", is_encrypted=True), "is protected by a password"),
        (pdf_file("", ""), "has no text layer on any of its 2 pages"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why_and_what_to_do(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableDocument, match=message) as caught:
        read(content)
    assert caught.value.next_step
