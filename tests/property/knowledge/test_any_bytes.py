"""Whatever the bytes, under whatever ending: a document with exact offsets, or one of our errors, in bounded time."""

import io
import re
import zipfile
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.errors import DocumentError, TooLarge
from plimsoll.knowledge import ParseLimits, known_endings

from unit.knowledge.mail_files import mail_file, outlook_file
from unit.knowledge.office_files import handbook, sales, slides_file, word_file, workbook_file
from unit.knowledge.parsed import parsed
from unit.knowledge.pdf_files import pdf_file

ENDINGS = sorted(known_endings())
LIMITS = ParseLimits(max_characters=200_000, max_unpacked_bytes=4_000_000, max_rows=1000)
bounded = settings(
    max_examples=60, deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.too_slow], database=None
)
HEADS = [
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"From: a\nSubject: b\n\n",
    b"\xff\xd8\xff",
]


@cache
def whole_files() -> dict[str, bytes]:
    attached = {"a.docx": word_file(handbook), "b.csv": b"a,b\n1,2"}
    return {
        ".docx": word_file(handbook),
        ".pptx": slides_file(),
        ".xlsx": workbook_file(sales),
        ".eml": mail_file(plain="Hello.", html="<p>Hello</p>", attachments=attached),
        ".msg": outlook_file(subject="Tide", sender="Ada", body="High."),
        ".pdf": pdf_file("A page.", "Another."),
        ".html": b"<html><body><table><tr><td>1</td></tr></table><p>Words and words.</p></body></html>",
        ".csv": b'a;b\n"1;2";3\n',
        ".jsonl": b'{"a": {"b": [1, {"c": null}]}}\n{"a": 1}\n',
    }


def assert_read_or_refused(name: str, content: bytes) -> None:
    try:
        document = parsed(name, content, LIMITS)
    except (DocumentError, TooLarge) as error:
        assert str(error)  # noqa: PT017  (both ends are right)
        return
    assert document.text.strip()
    starts = [*(heading.start for heading in document.headings), *(page.start for page in document.pages)]
    assert all(0 <= start <= len(document.text) for start in starts)


@bounded
@given(ending=st.sampled_from(ENDINGS), head=st.sampled_from(HEADS), rest=st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(ending: str, head: bytes, rest: bytes) -> None:
    assert_read_or_refused(f"a{ending}", head + rest)


@pytest.mark.slow
@pytest.mark.parametrize("ending", sorted(whole_files()))
@bounded
@given(drawn=st.data())
def test_a_damaged_file_of_each_kind_is_read_or_refused(ending: str, drawn: st.DataObject) -> None:
    content = bytearray(whole_files()[ending])
    for _ in range(drawn.draw(st.integers(1, 6))):
        place = drawn.draw(st.integers(0, len(content) - 1))
        piece = drawn.draw(st.binary(max_size=8))
        content[place : place + drawn.draw(st.integers(0, 40))] = piece
        if not content:
            return
    assert_read_or_refused(f"a{ending}", bytes(content))


def test_a_picture_whose_notes_are_damaged_is_read_or_refused_without_a_warning() -> None:
    assert_read_or_refused("a.pdf", b"II*\x00" + whole_files()[".pdf"][5:])


VALUE = re.compile(rb'="[^"<>]*"|>[^<>]+<')
WILD = st.sampled_from([b"", b"-1", b"9" * 30, b"9" * 5000, "\u00b2".encode(), b"1e400", b"nan", b"../../x", b"x"])


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx"])
@bounded
@given(drawn=st.data())
def test_an_office_file_with_wild_values_is_read_or_refused(ending: str, drawn: st.DataObject) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole_files()[ending])) as given, zipfile.ZipFile(stream, "w") as changed:
        names = [name for name in given.namelist() if name.endswith((".xml", ".rels"))]
        wild = drawn.draw(st.sets(st.sampled_from(names), max_size=3))
        for name in given.namelist():
            content = given.read(name)
            for _ in range(5 if name in wild else 0):
                values = list(VALUE.finditer(content))
                value = drawn.draw(st.sampled_from(values)) if values else None
                if value is not None:
                    start, end = value.start() + (2 if value.group().startswith(b"=") else 1), value.end() - 1
                    content = content[:start] + drawn.draw(WILD) + content[end:]
            changed.writestr(name, content)
    assert_read_or_refused(f"a{ending}", stream.getvalue())
