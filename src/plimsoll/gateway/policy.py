"""How calls of one model are made: times, retries, fall-back, balance. Records; `plan` compiles them, `calling` obeys.

Written in `plimsoll.toml` under `[models.ALIAS]`. They decide nothing by themselves.
"""

from typing import Literal

import msgspec

from plimsoll.gateway.cache.semantic import THRESHOLD

Balance = Literal["in_order", "weighted", "least_latency"]
"""Which target of an alias is asked first."""
MidStream = Literal["fail", "restart", "resume"]
"""What happens when a stream breaks after its first token."""


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long each part of a call may take, in seconds."""

    connect_seconds: float = 5.0
    """Until a connection to the provider stands."""
    first_token_seconds: float = 120.0
    """Until a stream's first event with content."""
    between_chunks_seconds: float = 60.0
    """Between two reads of a stream."""
    attempt_seconds: float = 300.0
    """One attempt at one target; of a stream, until its first token."""
    total_seconds: float = 600.0
    """The whole call: every attempt, every wait, every chunk."""


class BreakerPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When a target that fails is left alone."""

    failures: int = 5
    """Failures in a row, within the window, that open the breaker."""
    within_seconds: float = 60.0
    """The window: an older failure no longer counts."""
    cool_down_seconds: float = 15.0
    """How long an open breaker lets nothing through; then it lets one probe through, and so on each cool-down."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How calls of one alias are made."""

    balance: Balance = "in_order"
    """Which target is asked first; the others follow."""
    retries: int = 2
    """Further attempts at the same target after one that failed in a way that may pass."""
    first_wait_seconds: float = 0.2
    """Longest wait before the first retry; it doubles with each, and the true wait is drawn below it (full jitter)."""
    longest_wait_seconds: float = 8.0
    """Longest wait before any retry. A `Retry-After` beyond it, or beyond the deadline, falls over at once."""
    mid_stream: MidStream = "fail"
    """`fail` ends a broken stream with an error, `resume` lets another target go on, `restart` lets it begin anew."""
    escalate: bool = True
    """Whether an answer that its caller rejects is asked of the next target."""
    cache_seconds: float = 0.0
    """How long an identical request of the same tenant is answered from the cache; 0: never."""
    semantic_cache_seconds: float = 0.0
    """How long a question of the same tenant and feature that means the same is answered from the cache; 0: never."""
    semantic_threshold: float = THRESHOLD
    """Least cosine between two questions that may share an answer."""
    coalesce: bool = False
    """Whether identical calls in flight of one tenant share one call of the model."""
    max_output_tokens: int | None = None
    """Most tokens to write; set on requests that ask for more or for no limit."""
    timeouts: Timeouts = Timeouts()
    """How long each part of a call may take."""
    breaker: BreakerPolicy = BreakerPolicy()
    """When a target that fails is left alone."""
