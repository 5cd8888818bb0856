"""The name of the model in a request that is passed on as it came: found and replaced, every other byte kept. Pure.

Requests are JSON objects or forms (RFC 7578); `relay` calls it.
"""

import re

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.wire import fields_of

_BOUNDARY = re.compile(r'multipart/form-data\s*;.*?\bboundary=(?:"([^"]{1,200})"|([^;\s"]{1,200}))', re.IGNORECASE)
_NAMES_MODEL = re.compile(
    rb'^content-disposition:[^\r\n]*;\s*name="?model"?\s*(?:;|\r|$)', re.IGNORECASE | re.MULTILINE
)
_LONGEST_HEAD = 4_096
_decode = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


def read_model(body: bytes, content_type: str) -> str:
    """Return the model that a request names. Raises InvalidRequest."""
    boundary = _boundary_of(content_type)
    if boundary is None:
        try:
            return _decode(fields_of(body).get("model", b'""')) or _no_model()
        except msgspec.DecodeError:
            return _no_model()
    place = _find_model(body, boundary)
    return body[place].decode(errors="replace") or _no_model()


def write_model(body: bytes, content_type: str, model: str) -> bytes:
    """Return the request with another model's name in it. Raises InvalidRequest."""
    boundary = _boundary_of(content_type)
    if boundary is None:
        fields: dict[str, object] = {**fields_of(body), "model": model}
        return _encode(fields)
    if not model.isprintable():
        raise InvalidRequest(f"{model!r} cannot be a model's name.", next_step="Names have no control characters.")
    place = _find_model(body, boundary)
    return b"".join((body[: place.start], model.encode(), body[place.stop :]))


def _boundary_of(content_type: str) -> bytes | None:
    """Return what delimits the parts of a form; None for what is no form."""
    found = _BOUNDARY.match(content_type)
    return (found[1] or found[2]).encode("latin-1", "replace") if found else None


def _find_model(body: bytes, boundary: bytes) -> slice:
    """Return where the content of the form's field `model` stands."""
    delimiter = b"--" + boundary
    begin = body.find(delimiter)
    while begin >= 0:
        begin += len(delimiter)
        end = body.find(b"\r\n" + delimiter, begin)
        head_end = body.find(b"\r\n\r\n", begin, begin + _LONGEST_HEAD)
        if end < 0 or head_end < 0:
            break
        if _NAMES_MODEL.search(body, begin, head_end + 2):
            return slice(head_end + 4, end)
        begin = end + 2
    _no_model()
    raise AssertionError


def _no_model() -> str:
    raise InvalidRequest(
        "The request names no model.", next_step='Send "model" with a name of plimsoll.toml or `provider/model`.'
    )
