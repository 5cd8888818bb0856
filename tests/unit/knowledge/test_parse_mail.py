"""Mail: headers, body and attachments as one document."""

import pytest

from plimsoll.errors import UnreadableDocument

from unit.knowledge.mail_files import mail_file, outlook_file
from unit.knowledge.office_files import handbook, word_file
from unit.knowledge.parsed import parsed, sections
from unit.knowledge.pdf_files import pdf_file

HEADERS = "- From: Ada <ada@example.com>\n- To: Bo <bo@example.com>\n- Date: Mon, 04 Mar 2024 10:00:00 +0100"


def test_a_message_is_its_headers_and_its_body() -> None:
    document = parsed("a.eml", mail_file(plain="The mast is up.\n\nAda"))
    assert document.title == "The mast"
    assert sections(document) == {("The mast",): f"{HEADERS}\n\nThe mast is up.\n\nAda"}


def test_a_body_in_html_becomes_its_text() -> None:
    page = "<html><head><style>p {}</style></head><body><p>The <b>mast</b> is up.</p><p>Ada</p></body></html>"
    document = parsed("a.eml", mail_file(html=page))
    assert document.text.endswith("+0100\n\nThe mast is up.\nAda")


def test_attachments_of_a_known_kind_are_read_and_others_are_named() -> None:
    attachments = {
        "leave.docx": word_file(handbook),
        "page.pdf": pdf_file("A page."),
        "broken.pdf": b"%PDF-1.7 broken",
        "tune.xyz": b"\x00\x01",
    }
    document = parsed("a.eml", mail_file(plain="See below.", attachments=attachments))
    found = sections(document)
    assert "Attachments: leave.docx, page.pdf, broken.pdf, tune.xyz." in found["The mast",]
    assert found["Attachment leave.docx", "Leave handbook", "Sickness"] == "Call before nine."
    assert found["Attachment page.pdf",] == "A page."
    assert [note.split(" ends")[0].split(" is not")[0] for note in document.notes] == [
        "The attachment was not read: 'a.eml/broken.pdf'",
        "The attachment was not read: 'a.eml/tune.xyz'",
    ]


def test_an_outlook_message_reads_as_any_other() -> None:
    content = outlook_file(subject="Tide", sender="Ada", body="High at nine.")
    document = parsed("a.msg", content)
    assert (document.title, document.text) == ("Tide", "# Tide\n\n- From: Ada\n\nHigh at nine.")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.eml", b"no message at all", "is no e-mail"),
        ("a.eml", b" \n", "is empty"),
        ("a.msg", outlook_file(subject="Tide", sender="Ada", body="High.")[:1500], "damaged Outlook message"),
    ],
)
def test_what_is_no_message_is_refused(name: str, content: bytes, message: str) -> None:
    with pytest.raises(UnreadableDocument, match=message) as caught:
        parsed(name, content)
    assert caught.value.next_step


def test_a_message_in_an_unknown_character_set_is_still_read() -> None:
    content = b"From: a@b\nSubject: =?nonsense?q?x?=\nContent-Type: text/plain; charset=nonsense\n\nCaf\xe9."
    assert parsed("a.eml", content).text.endswith("Café.")


def test_a_body_in_rtf_only_is_named_as_not_read() -> None:
    document = parsed("a.msg", outlook_file(subject="Tide", sender="Ada", body="", rtf=b"LZFu and more"))
    assert document.notes == ("The body of 'a.msg' is RTF, which is not read.",)
