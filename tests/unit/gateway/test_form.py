import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.form import read_model, write_model

FORM = "multipart/form-data; boundary=b0undary"
SOUND = bytes(range(256)) * 3 + b'\r\n\r\nname="model"'


def part(head: str, content: bytes) -> bytes:
    return b"--b0undary\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b0undary--\r\n"


FILE = part('Content-Disposition: form-data; name="file"; filename="model"\r\nContent-Type: audio/wav', SOUND)
MODEL = part('Content-Disposition: form-data; name="model"', b"ears")
LANGUAGE = part('Content-Disposition: form-data; name="language"', b"de")


@pytest.mark.parametrize("parts", [(FILE, MODEL, LANGUAGE), (MODEL, FILE), (LANGUAGE, FILE, MODEL)])
def test_the_model_of_a_form_is_found_wherever_it_stands(parts: tuple[bytes, ...]):
    assert read_model(form(*parts), FORM) == "ears"


def test_every_other_byte_of_a_form_is_kept():
    sent = form(FILE, MODEL, LANGUAGE)
    renamed = part('Content-Disposition: form-data; name="model"', b"whisper-large")
    assert write_model(sent, FORM, "whisper-large") == form(FILE, renamed, LANGUAGE)


def test_a_boundary_may_be_quoted():
    assert read_model(form(MODEL), 'multipart/form-data; charset=utf-8; boundary="b0undary"') == "ears"


@pytest.mark.parametrize("body", [form(FILE), form(), b"", MODEL, form(MODEL)[:40]])
def test_a_form_without_a_model_is_refused(body: bytes):
    with pytest.raises(InvalidRequest, match="names no model"):
        read_model(body, FORM)


@pytest.mark.parametrize("body", [b"{}", b'{"model": 1}', b'{"model": ""}', b'{"model": null}'])
def test_an_object_without_a_model_is_refused(body: bytes):
    with pytest.raises(InvalidRequest, match="names no model"):
        read_model(body, "application/json")


def test_an_object_keeps_its_other_fields():
    sent = b'{"model": "voice", "input": "Ahoy", "speed": 1.50}'
    assert read_model(sent, "application/json") == "voice"
    assert write_model(sent, "application/json", "tts-1") == b'{"model":"tts-1","input":"Ahoy","speed":1.50}'


def test_a_name_cannot_smuggle_a_part_into_a_form():
    with pytest.raises(InvalidRequest, match="cannot be a model's name"):
        write_model(form(MODEL), FORM, "m\r\n--b0undary")
