"""How a provider's chat interface differs from the plain OpenAI-compatible one. A record, no behaviour."""

from typing import Literal

import msgspec


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider calls things and what it can be asked for."""

    output_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """Field for the most tokens to write: OpenAI's reasoning models refuse the older name, others lack the newer."""
    schema: Literal["json_schema", "json_object", "prompt"] = "json_schema"
    """How a shape is asked for: by its schema, as some JSON object, or by the prompt alone."""
