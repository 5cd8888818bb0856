"""One call of a model on its way through the gateway, and what it came to. Records only.

The server's wires and `Gateway.chat` make calls; `calling` carries them out; receipts go to callers, spans and ledger.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from plimsoll.gateway.chat import ChatRequest
from plimsoll.gateway.wire import ReplyFacts, Wire
from plimsoll.records import Principal, Usage

Accept = Callable[[ReplyFacts], str]
"""Says why an answer is not good enough for its caller; an empty text accepts it."""
Served = Literal["model", "cache", "semantic_cache", "shared"]
"""Where an answer came from: a call of the model, a cache, or an identical call that was in flight."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a model."""

    wire: Wire
    """Whose JSON the fields are."""
    fields: dict[str, msgspec.Raw]
    """The request's top-level fields, each as the JSON that came."""
    model: str
    """The name that was asked for: an alias, or `provider/model`."""
    streams: bool = False
    """Whether the caller wants events."""
    writes: bool = True
    """Whether the model writes text; False for vectors."""
    caller: Principal
    """Who asks, and who pays."""
    feature: str | None = None
    """The feature that asks; None for a direct call."""
    request: ChatRequest | None = None
    """The same request as a record, where it was made in this process."""
    accept: Accept | None = None
    """The caller's own check of an answer."""
    timeout_seconds: float | None = None
    """The caller's own deadline; None: the policy's."""
    session: str = ""
    """The conversation that it is a turn of; empty where the caller names none."""
    request_bytes: int = 0
    """Length of the request as it came; bounds the tokens that it can hold."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a call came to."""

    trace_id: str
    """Its trace."""
    alias: str
    """The name that was asked for."""
    provider: str
    """Who answered."""
    model: str
    """The model that answered, as the provider names it."""
    usage: Usage
    """Tokens read and written, over all attempts that were billed."""
    cost_usd: float | None
    """What the call cost; None when a price is unknown, which is not free."""
    finish_reason: str
    """Why the answer ended, in the wire's own word."""
    attempts: int
    """How often a model was asked."""
    served: Served = "model"
    """Where the answer came from."""
    rejected: str = ""
    """Why the caller's own check rejected the answer, when no other target was left; empty: it did not."""
    upstream_ms: float = 0.0
    """Time spent waiting for providers, in milliseconds."""
    total_ms: float = 0.0
    """From the call's beginning to its end, in milliseconds."""

    @property
    def overhead_ms(self) -> float:
        """Return what the gateway itself added, in milliseconds."""
        return max(0.0, self.total_ms - self.upstream_ms)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer."""

    body: bytes
    """The answer's JSON, in the caller's wire."""
    facts: ReplyFacts
    """What it says."""
    receipt: Receipt
    """What it came to."""
