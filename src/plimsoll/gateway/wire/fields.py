"""The top-level fields of a request, undecoded, so that what Plimsoll does not know passes through byte for byte.

Also the one field that Plimsoll adds by itself: a streamed chat completion counts its tokens only when asked.
"""

from collections.abc import Mapping

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.wire.sse import event_data

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANYTHING = msgspec.json.Decoder()
_NULL, _TRUE = msgspec.Raw(b"null"), msgspec.Raw(b"true")
_EMPTY, _EMPTY_SPACED = b'"choices":[]', b'"choices": []'


class UsageAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A chat request that asks for usage at the end of its stream."""

    fields: dict[str, msgspec.Raw]
    """The request's fields, `stream_options.include_usage` among them."""
    by_caller: bool
    """True when the caller had asked; otherwise the chunk that only counts is withheld from them."""


class _Chunk(msgspec.Struct):
    choices: list[msgspec.Raw] | None = None
    usage: dict[str, object] | None = None


_CHUNK = msgspec.json.Decoder(_Chunk)


def fields_of(body: bytes) -> dict[str, msgspec.Raw]:
    """Return the top-level fields of a request's body. Raises InvalidRequest where it is not a JSON object in UTF-8."""
    try:
        # What is not decoded is not checked either, and would fail wherever it is read first.
        if not body.isascii():
            body.decode()
        return _FIELDS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(
            f"The request's body is not a JSON object: {error}.",
            next_step='Send an object such as {"model": "fast", …} as application/json.',
        ) from error


def plain_fields(fields: Mapping[str, msgspec.Raw]) -> dict[str, object]:
    """Return the fields decoded. Raises InvalidRequest for what no JSON reader takes: huge numbers, deep nesting."""
    name = ""
    try:
        plain: dict[str, object] = {}
        for name, value in fields.items():
            plain[name] = _ANYTHING.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidRequest(f"The field {name!r} cannot be read: {error}.", next_step="Correct its value.") from error
    return plain


def ask_for_usage(fields: dict[str, msgspec.Raw]) -> UsageAsked:
    """Return the fields of a streamed chat request with usage asked for.

    Raises InvalidRequest where `stream_options` is no object.
    """
    try:
        sent = fields.get("stream_options")
        options = _FIELDS.decode(sent) if sent is not None and sent != _NULL else {}
    except msgspec.DecodeError as error:
        raise InvalidRequest(
            f"`stream_options` is not an object: {error}.", next_step='Send {"include_usage": true}, or leave it out.'
        ) from error
    if options.get("include_usage") == _TRUE:
        return UsageAsked(fields=fields, by_caller=True)
    asked = msgspec.Raw(msgspec.json.encode(options | {"include_usage": _TRUE}))
    return UsageAsked(fields=fields | {"stream_options": asked}, by_caller=False)


def is_usage_only(event: bytes) -> bool:
    """Tell whether an event of a chat stream only counts tokens: no choice, but usage."""
    if _EMPTY not in event and _EMPTY_SPACED not in event:
        return False
    try:
        chunk = _CHUNK.decode(event_data(event))
    except (msgspec.DecodeError, RecursionError):
        return False
    return chunk.choices == [] and chunk.usage is not None
