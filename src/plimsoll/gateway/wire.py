"""What goes to a model and what comes back, the same for every provider.

`features` writes requests and reads replies; providers translate them. Records only: no I/O, no defaults of a provider.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Message, Passage, Usage


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the prompt holds as text, as data. Only the embedded reader reads them."""

    question: str
    """What is asked."""
    passages: tuple[Passage, ...] = ()
    """What was retrieved, best first; quotations name them by place, counted from 1."""
    answerable: bool = True
    """Whether retrieval judged that the passages hold an answer."""


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a chat model."""

    model: str
    """A name from the settings, or `provider/model`."""
    messages: tuple[Message, ...]
    """The conversation, oldest first."""
    temperature: float | None = None
    """Randomness; None leaves it to the provider (several models refuse any value)."""
    max_output_tokens: int | None = None
    """Most tokens to write, reasoning included; None leaves it to the provider."""
    response_schema: dict[str, object] | None = None
    """JSON Schema of the answer; a provider that cannot hold a model to it leaves that to the prompt."""
    grounding: Grounding | None = None
    """The prompt's facts as data, for the embedded reader."""
    timeout_seconds: float = 60.0
    """The whole call must end within this time."""


class ChatReply(msgspec.Struct, frozen=True, kw_only=True):
    """What a chat model answered."""

    text: str
    """The answer."""
    model: str
    """The model that answered, as the provider names it."""
    provider: str
    """Who served it."""
    usage: Usage
    """Tokens read and written."""
    cost_usd: float | None = None
    """What the call cost; None when the price is unknown, which is not free."""
    finish_reason: str = "stop"
    """Why it ended, in the provider's word: `stop`, `length`, `content_filter`, …"""
    latency_ms: float = 0.0
    """How long the call took, in milliseconds."""


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """Vectors of some texts."""

    vectors: NDArray[np.float32]
    """[n, d], in the order of the texts."""
    usage: Usage
    """Tokens read."""
    truncated: tuple[bool, ...]
    """For each text, whether its end was cut off."""
    model: str
    """The model that answered, as the provider names it."""
    cost_usd: float | None = None
    """What the call cost; None when the price is unknown, which is not free."""


def estimate_tokens(text: str) -> int:
    """Return a guess at the tokens of a text: four characters each, rounded up. For providers that do not count."""
    return -(-len(text) // 4)
