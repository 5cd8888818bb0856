"""Decode what a provider sent, and say so where it cannot be read. Shared by the readers of all wires."""

from typing import TypeVar

import msgspec

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire.facts import ReplyError

_NULL = msgspec.Raw(b"null")
_Shape = TypeVar("_Shape")
ErrorObject = dict[str, object] | str | None
"""How providers send errors: an object, or only a sentence."""


def decode(data: bytes, decoder: msgspec.json.Decoder[_Shape]) -> _Shape:
    """Return the decoded JSON. Raises UnusableAnswer, without repeating what was sent."""
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableAnswer(f"The provider's answer cannot be read: {error}.") from error


def is_said(raw: msgspec.Raw) -> bool:
    """Tell whether a field was sent and is not null."""
    return bool(raw) and raw != _NULL


def read_error(error: ErrorObject) -> ReplyError | None:
    """Return the error that was sent as a success; None where there is none."""
    if not error:
        return None
    if isinstance(error, str):
        return ReplyError(message=error)
    message = error.get("message") or error.get("code") or error.get("type") or "no reason given"
    return ReplyError(message=str(message), kind=str(error.get("type") or ""), code=str(error.get("code") or ""))
