"""How a provider's chat interface differs from the plain OpenAI-compatible one, and requests put into it. Pure."""

from collections.abc import Mapping
from typing import Literal

import msgspec

_SHAPES = frozenset({"json_schema", "json_object"})
_JSON_OBJECT = msgspec.Raw(b'{"type":"json_object"}')


class _Format(msgspec.Struct):
    type: str = ""


_FORMAT = msgspec.json.Decoder(_Format)


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider calls things and what it can be asked for."""

    output_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """Field for the most tokens to write: OpenAI's reasoning models refuse the older name, others lack the newer."""
    schema: Literal["json_schema", "json_object", "prompt"] = "json_schema"
    """How a shape is asked for: by its schema, as some JSON object, or by the prompt alone."""
    has_responses: bool = False
    """Whether the provider serves OpenAI's responses interface itself; else it is translated."""


def adapt(fields: Mapping[str, msgspec.Raw], dialect: Dialect) -> dict[str, msgspec.Raw]:
    """Return the fields of a chat request as the provider wants them; the given ones stay as they are."""
    adapted = dict(fields)
    other = "max_completion_tokens" if dialect.output_limit == "max_tokens" else "max_tokens"
    if other in adapted:
        limit = adapted.pop(other)
        adapted.setdefault(dialect.output_limit, limit)
    if dialect.schema != "json_schema" and _has_shape(adapted):
        del adapted["response_format"]
        if dialect.schema == "json_object":
            adapted["response_format"] = _JSON_OBJECT
    return adapted


def _has_shape(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Tell whether a shape of the answer is asked for: a plain text is none."""
    try:
        return "response_format" in fields and _FORMAT.decode(fields["response_format"]).type in _SHAPES
    except msgspec.DecodeError:
        return False
