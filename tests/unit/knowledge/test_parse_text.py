"""Text, Markdown and HTML: exact text, headings and titles; binary content refused."""

import pytest

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.html import parse_html
from plimsoll.knowledge.parse.markdown import parse_markdown
from plimsoll.knowledge.parse.plain import parse_plain_text
from plimsoll.knowledge.parse.source_file import SourceFile


def read(content: bytes, name: str = "docs/leave-policy.md") -> ParsedDocument:
    parser = {"md": parse_markdown, "txt": parse_plain_text, "html": parse_html}[name.rpartition(".")[2]]
    return parser(SourceFile(source=name, content=content))


def test_markdown_text_is_the_file_s_own_with_headings_by_offset() -> None:
    document = read(b"# One **bold**\r\n\r\ntext\r\n\r\nTwo `x`\r\n---\r\n\r\n```\r\n# no heading\r\n```\r\n")
    assert [heading.path for heading in document.headings] == [("One bold",), ("One bold", "Two x")]
    assert [document.text[h.start : h.end] for h in document.headings] == ["# One **bold**\r\n", "Two `x`\r\n---\r\n"]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"---\ntitle: 'Time off'\nx: y\n---\n# Other\n", "Time off"),
        (b"# Time off { #time-off }\n\ntext", "Time off"),
        (b"## Only a second level\n\ntext", "Only a second level"),
        (b"no heading at all", "leave policy"),
    ],
)
def test_a_markdown_title_is_front_matter_or_first_heading_or_name(content: bytes, title: str) -> None:
    assert read(content).title == title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_read_without_a_note(encoding: str) -> None:
    document = read("Größe: 5 €".encode(encoding), "a.txt")
    assert (document.text, document.notes) == ("Größe: 5 €", ())


def test_a_fallback_to_windows_1252_is_noted() -> None:
    document = read("Größe: 5 €".encode("cp1252"), "a.txt")
    assert (document.text, document.notes) == (
        "Größe: 5 €",
        ("'a.txt' is not UTF-8 (byte 2); it was read as Windows-1252.",),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"%PDF-1.7\n", "holds a PDF, not text"),
        (b"PK\x03\x04rest", "holds a ZIP archive"),
        (bytes(range(256)) * 8, "is neither UTF-8"),
        (b"text\x00\x01\x02\x03", "is binary, not text"),
        (b"\xff\xfea", "claims to be utf-16"),
    ],
)
def test_content_that_is_not_text_is_refused_in_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableDocument, match=message) as caught:
        read(content, "junk.txt")
    assert caught.value.next_step


PAGE = b"""<html><head><title>Leave policy</title></head><body><nav><a href=x>Home</a></nav><main><h1>Leave policy</h1>
<p>Everyone gets thirty days of leave a year, and they may be taken at any time.</p><h2>Sick leave</h2>
<p>Sick leave is paid from the first day; a note is needed after three days.</p></main><footer>Cookies</footer></body>
"""


def test_html_keeps_headings_and_drops_menus() -> None:
    document = read(PAGE, "leave.html")
    assert [heading.path for heading in document.headings] == [("Leave policy",), ("Leave policy", "Sick leave")]
    assert document.title == "Leave policy"
    assert "Home" not in document.text
    assert "Cookies" not in document.text


def test_a_page_without_a_main_part_is_taken_whole_with_a_note() -> None:
    document = read(b"<html><style>p {}</style><body><footer>Open from nine to five</footer></body></html>", "s.html")
    assert document.text == "Open from nine to five"
    assert "the whole page was taken" in document.notes[0]


def test_a_declared_charset_is_believed() -> None:
    document = read(b'<html><meta charset="iso-8859-5"><body><p>\xbf\xe0\xd8\xd2\xd5\xe2</p></body></html>', "r.html")
    assert document.text == "Привет"


def test_a_page_drawn_by_a_script_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="holds no text"):
        read(b"<html><body><script>draw()</script></body></html>", "app.html")
