"""Files whose ending does not fit, and files of kinds that are not read."""

import pytest

from plimsoll.errors import PlimsollError

from unit.knowledge.mail_files import outlook_file
from unit.knowledge.office_files import handbook, word_file
from unit.knowledge.parsed import parsed
from unit.knowledge.pdf_files import pdf_file

PAGE = b"<!DOCTYPE html><html><body><main><h1>Title</h1><p>Some text of a page.</p></main></body></html>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "text", "kind"),
    [
        ("a.docx", PAGE, "# Title\n\nSome text of a page.", "a web page"),
        ("a.docx", pdf_file("A page."), "A page.", "a PDF"),
        ("a.txt", pdf_file("A page."), "A page.", "a PDF"),
        ("a.xlsx", b"only words", "only words", "plain text"),
        ("a.csv", outlook_file(subject="S", sender="A", body="B"), "# S\n\n- From: A\n\nB", "an Outlook message"),
    ],
)
def test_a_file_under_a_wrong_ending_is_read_as_what_it_is_with_a_note(
    *, name: str, content: bytes, text: str, kind: str
) -> None:
    document = parsed(name, content)
    assert document.text == text
    assert document.notes == (f"{name!r} is {kind} in spite of its ending, and was read as one.",)


@pytest.mark.parametrize(
    ("name", "content", "message", "next_step"),
    [
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password", "without the password"),
        ("a.docx", OLE + "WordDocument".encode("utf-16-le"), "an old Word file", "as .docx"),
        ("a.xlsx", OLE + "Workbook".encode("utf-16-le"), "an old Excel file", "as .xlsx"),
        ("a.pptx", OLE + "PowerPoint Document".encode("utf-16-le"), "an old PowerPoint file", "as .pptx"),
        ("a.docx", OLE, "an old binary file of an unknown kind", "Save it as"),
        ("a.doc", OLE, "ends in '.doc', which no parser reads", "Save it as .docx"),
        ("a.docx", b"{\\rtf1 text}", "is an RTF file", "Save it as .docx"),
        ("a.docx", b"PK\x03\x04 and nothing", "damaged or cut-off ZIP", "copy it again"),
        ("a.txt", b"RIFF....WAVEfmt ", "is a recording", "its transcript"),
        ("a.docx", b"", "is empty", "Remove it"),
    ],
)
def test_a_kind_that_is_not_read_says_what_to_convert_it_to(
    *, name: str, content: bytes, message: str, next_step: str
) -> None:
    with pytest.raises(PlimsollError, match=message) as caught:
        parsed(name, content)
    assert next_step in caught.value.next_step


def test_text_that_only_speaks_about_other_formats_stays_what_it_is() -> None:
    assert parsed("a.md", b"%TEX\nA PDF begins with %PDF-1.4.").text.endswith("%PDF-1.4.")
    assert parsed("a.txt", PAGE).text == PAGE.decode()


def test_a_word_file_under_the_ending_of_a_sheet_is_read_as_word() -> None:
    assert parsed("a.xlsx", word_file(handbook)).title == "Leave handbook"
