"""The two encodings of the protocol, and what is answered in each: partial success, and google.rpc.Status. Pure."""

from enum import StrEnum
from typing import Literal

import msgspec

Signal = Literal["spans", "logs"]
"""What a request holds."""

_GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 413: 3, 415: 3, 429: 8, 503: 14, 504: 4}
_INTERNAL = 13
_REJECTED = {"spans": "rejectedSpans", "logs": "rejectedLogRecords"}
_COUNT, _SHORT_TEXT, _PARTIAL = 0x08, 0x12, 0x0A
_SEVEN_BITS = 0x7F


class Form(StrEnum):
    """An encoding, by its content type."""

    PROTOBUF = "application/x-protobuf"
    """Binary."""
    JSON = "application/json"
    """Text."""


def find_form(content_type: str) -> Form | None:
    """Return the encoding that a content type names; None for another."""
    name = content_type.partition(";")[0].strip().lower()
    return Form(name) if name in set(Form) else None


def write_answer(form: Form, signal: Signal, *, refused: int, reasons: str) -> bytes:
    """Return the body of a 200: what was not kept and why, or nothing where all of it was."""
    if form is Form.JSON:
        if not refused and not reasons:
            return b"{}"
        return msgspec.json.encode({"partialSuccess": {_REJECTED[signal]: str(refused), "errorMessage": reasons}})
    if not refused and not reasons:
        return b""
    partial = _number(refused) + _text(reasons)
    return bytes((_PARTIAL,)) + _varint(len(partial)) + partial


def write_status(form: Form, *, http_status: int, message: str) -> bytes:
    """Return the body of a failure: a google.rpc.Status, whose code is gRPC's."""
    code = _GRPC_CODES.get(http_status, _INTERNAL)
    if form is Form.JSON:
        return msgspec.json.encode({"code": code, "message": message})
    return _number(code) + _text(message)


# Two fields of two messages: by hand they need no package of generated messages.
def _number(value: int) -> bytes:
    return bytes((_COUNT,)) + _varint(value) if value else b""


def _text(text: str) -> bytes:
    encoded = text.encode("utf-8", "replace")
    return bytes((_SHORT_TEXT,)) + _varint(len(encoded)) + encoded if encoded else b""


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > _SEVEN_BITS:
        written.append(value & _SEVEN_BITS | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
