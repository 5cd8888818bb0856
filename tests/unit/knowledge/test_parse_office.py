"""Word, PowerPoint and Excel, in files written by the libraries that others write them with."""

import pytest
from docx.document import Document

from plimsoll.errors import PlimsollError, TooLarge, UnreadableDocument
from plimsoll.knowledge import ParseLimits

from unit.knowledge.office_files import (
    archive,
    handbook,
    rows_of,
    sales,
    slides_file,
    tracked,
    word_file,
    word_xml,
    workbook_file,
)
from unit.knowledge.parsed import parsed, sections

BOMB = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_word_keeps_titles_headings_lists_and_tables_in_order() -> None:
    document = parsed("a.docx", word_file(handbook))
    assert document.title == "Leave handbook"
    assert sections(document) == {
        ("Leave handbook",): "",
        ("Leave handbook", "Holidays"): "Everyone has thirty days.",
        ("Leave handbook", "Holidays", "Carrying over"): (
            "1. Ask early\n2. Write it down\n- A loose point\n\n"
            "- Team: Sea; Lead: Ada; Days: 30\n- Team: Land; Lead: Bo; Days: 28"
        ),
        ("Leave handbook", "Sickness"): "Call before nine.",
    }


def test_word_reads_tracked_insertions_but_neither_deletions_nor_hidden_text() -> None:
    document = parsed("a.docx", word_file(tracked))
    assert document.text == "Kept. Inserted."
    assert document.notes == ("'a.docx' holds text formatted as hidden, which was left out.",)


def test_a_word_file_with_macros_is_read_without_them() -> None:
    content = archive(".docx", word_xml("Text."), others={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"})
    assert parsed("a.docm", content).text == "Text."


def test_slides_are_pages_with_titles_bullets_tables_and_notes() -> None:
    document = parsed("deck.pptx", slides_file())
    starts = [page.start for page in document.pages]
    pages = [document.text[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
    assert pages == [
        "# Plan\n\n- Build the hull\n  - Of oak\n\nNotes: Mention the budget.",
        "# Costs\n\n- Part: Mast; Price: 1,200",
        "# Slide 3\n\nThe end.",
    ]
    assert [page.number for page in document.pages] == [1, 2, 3]


def test_a_hidden_slide_is_left_out_and_the_others_keep_their_numbers() -> None:
    document = parsed("deck.pptx", slides_file(hidden=2))
    assert [page.number for page in document.pages] == [1, 3]
    assert document.notes == ("'deck.pptx': hidden slides were left out: 2.",)


def test_sheets_are_sections_whose_rows_name_their_columns_and_read_as_people_read_them() -> None:
    document = parsed("sales.xlsx", workbook_file(sales))
    assert sections(document) == {
        ("Sales",): (
            "- Region: North; Amount: 1,234.50; Share: 12.5%; Paid: TRUE; Booked: 2024-03-05; Opened: 08:30:00\n"
            "- Region: South; Amount: (10.00); Share: 50.0%; Paid: FALSE; Booked: 2024-03-06 14:30:00"
        ),
        ("Sums",): "| Total | =SUM(Sales!B2:B3) |",
    }
    hidden, formulas = document.notes
    assert hidden == "'sales.xlsx': hidden sheets were left out: 'Lookups'."
    assert "has 1 formulas without a stored value" in formulas


def test_a_sheet_of_too_many_rows_is_cut_and_says_so() -> None:
    document = parsed("long.xlsx", workbook_file(rows_of(50)), ParseLimits(max_rows=10))
    assert document.text.endswith("- name 0: 24; name 1: 25; name 2: 26")
    assert document.truncated == (
        "Only the first 10 rows were taken of sheet 'Sheet'. Nothing was taken of sheet 'After'."
    )


def test_a_sheet_of_too_much_text_is_cut_and_says_so() -> None:
    document = parsed("long.xlsx", workbook_file(rows_of(50)), ParseLimits(max_characters=300))
    assert len(document.text) <= 300
    assert "the rest was left out" in document.truncated


@pytest.mark.parametrize(
    ("name", "content", "limits", "kind", "message"),
    [
        (
            "a.docx",
            archive(".docx", word_xml("&b;", before=BOMB)),
            None,
            UnreadableDocument,
            "declares a document type",
        ),
        ("a.docx", archive(".docx", word_xml("a" * 20_000_000)), None, TooLarge, "times its size"),
        ("a.docx", archive(".docx", word_xml("a" * 9_000)), 10_000, TooLarge, "unpacks to"),
        ("a.docx", archive(".docx", b"<w:document"), None, UnreadableDocument, "damaged or cut off"),
        ("a.docx", archive(".docx", word_xml(" ")), None, UnreadableDocument, "holds no text"),
        ("a.docx", word_file(handbook)[:-2000], None, UnreadableDocument, "damaged or cut-off ZIP"),
        ("a.xlsx", archive(".xlsx", b"<workbook/>"), None, UnreadableDocument, "holds no text"),
        ("a.pptx", archive(".pptx", b"<presentation/>"), None, UnreadableDocument, "holds no text"),
    ],
)
def test_a_broken_or_hostile_office_file_is_refused_in_one_sentence(
    *, name: str, content: bytes, limits: int | None, kind: type[PlimsollError], message: str
) -> None:
    unpacked = ParseLimits(max_unpacked_bytes=limits) if limits else ParseLimits()
    with pytest.raises(kind, match=message) as caught:
        parsed(name, content, unpacked)
    assert caught.value.next_step


def test_an_address_outside_the_file_is_text_and_is_not_opened() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("See ")
        document.part.relate_to("file:///etc/passwd", "http://x/image", is_external=True)

    assert parsed("a.docx", word_file(write)).text == "See"
