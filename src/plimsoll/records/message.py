"""What is said to a model, and what it cost in tokens."""

from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
"""Who speaks."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a conversation with a model."""

    role: Role
    """Who speaks."""
    content: str
    """What is said, as text."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one model call. Subsets are not added to their totals."""

    input_tokens: int = 0
    """Tokens read, cached ones included."""
    output_tokens: int = 0
    """Tokens written, reasoning included."""
    cached_input_tokens: int = 0
    """The part of `input_tokens` that the provider read from its cache."""
    cache_write_input_tokens: int = 0
    """The part of `input_tokens` that the provider wrote to its cache."""
    reasoning_tokens: int = 0
    """The part of `output_tokens` that the model spent on reasoning."""
    is_estimated: bool = False
    """True when the provider did not say and the numbers were counted here."""

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum of two calls."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_input_tokens=self.cached_input_tokens + other.cached_input_tokens,
            cache_write_input_tokens=self.cache_write_input_tokens + other.cache_write_input_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            is_estimated=self.is_estimated or other.is_estimated,
        )
