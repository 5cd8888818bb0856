import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from plimsoll.errors import InvalidRequest
from plimsoll.server.body import SentFile, SentForm, read_fields, read_form, read_object

MULTIPART = "multipart/form-data; boundary=b7"


def request_with(body: bytes, content_type: str = "application/json") -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def part(disposition: str, content: bytes) -> bytes:
    return b"--b7\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


def test_a_json_object_is_read():
    assert asyncio.run(read_object(request_with(b'{"text": "why"}'))) == {"text": "why"}


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"text"', b"\xff\xfe"])
def test_anything_else_is_refused(body: bytes):
    with pytest.raises(InvalidRequest, match="not a JSON object"):
        asyncio.run(read_object(request_with(body)))


def test_a_form_is_read_as_utf_8():
    assert asyncio.run(read_fields(request_with("text=wh%C3%A9&text=é".encode()))) == {"text": "é"}


@pytest.mark.parametrize("body", [b"\xff", b"&".join([b"a=1"] * 201)])
def test_a_broken_or_endless_form_is_refused(body: bytes):
    with pytest.raises(InvalidRequest):
        asyncio.run(read_fields(request_with(body)))


def test_files_come_out_byte_for_byte():
    content = b"%PDF\r\n--b\r\n\x00\xff\r\n"
    body = part('name="corpus"', b"docs") + part('name="file"; filename="a \xe9.pdf"', content) + b"--b7--\r\n"
    form = asyncio.run(read_form(request_with(body, MULTIPART)))
    assert form == SentForm(fields={"corpus": "docs"}, files=(SentFile(name="a \xe9.pdf", content=content),))


def test_a_form_without_a_chosen_file_has_none():
    body = part('name="file"; filename=""', b"") + b"--b7--"
    assert asyncio.run(read_form(request_with(body, MULTIPART))).files == ()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (part('name="a"', b"x"), MULTIPART),
        (b"nothing", MULTIPART),
        (b"--b7\r\n\r\nx\r\n--b7--", MULTIPART),
        (part('name="a"', b"x") * 201 + b"--b7--", MULTIPART),
        (b"a=1", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
    ],
)
def test_a_form_that_is_no_form_is_refused(body: bytes, content_type: str):
    with pytest.raises(InvalidRequest):
        asyncio.run(read_form(request_with(body, content_type)))
