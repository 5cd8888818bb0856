"""An attribute value of the protocol as one of ours: nested values become JSON text. Pure; both readers call it."""

import base64
from collections.abc import Sequence
from typing import cast

import msgspec

from plimsoll.records import Attribute

DEEPEST = 16
"""Levels of nesting that are written out."""
TOO_DEEP = "[nested too deep]"
"""What stands for the rest."""

_encode = msgspec.json.Encoder(enc_hook=str).encode


def flatten(value: object) -> Attribute:
    """Return a decoded value: lists of plain values as lists of texts, anything nested as JSON text."""
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        items = cast("list[object]", value)
        return write_json(items) if any(isinstance(item, dict | list) for item in items) else texts_of(items)
    return "" if value is None else write_json(value)


def texts_of(values: Sequence[object]) -> list[str]:
    """Return plain values as texts."""
    return [value if isinstance(value, str) else write_json(value) for value in values if value is not None]


def write_json(value: object) -> str:
    """Return the value as JSON text; numbers that JSON does not have become null."""
    return _encode(value).decode()


def write_bytes(value: bytes) -> str:
    """Return bytes as base64, which is how the protocol's JSON writes them."""
    return base64.b64encode(value).decode()
