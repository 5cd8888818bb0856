"""`[providers.NAME]`, `[models.ALIAS]`, `[gateway]`: which models there are, and how their calls are made."""

from typing import Literal

from pydantic import Field

from plimsoll.project.settings.table import Table


class ProviderSettings(Table):
    """`[providers.NAME]`: a model server."""

    base_url: str
    """Address up to and including `/v1`, e.g. `http://127.0.0.1:11434/v1`."""
    api_key_env: str = ""
    """Name of the environment variable that holds the key; empty: no key is sent."""
    wire: Literal["openai", "anthropic"] = "openai"
    """What the server speaks: OpenAI's chat completions, or Anthropic's messages."""
    responses: bool = False
    """Whether an OpenAI-compatible server has `/responses` itself; else such requests are translated."""
    connections: int = Field(default=1_000, ge=1, le=100_000)
    """Most connections to it at once; further calls wait."""


class TargetSettings(Table):
    """One of several models behind an alias."""

    model: str
    """`provider/model`."""
    weight: float = Field(default=1.0, ge=0)
    """Share of the calls, where `balance = "weighted"`."""
    input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens in US dollars; unset: the published price, where there is one."""
    output_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million output tokens in US dollars."""
    cached_input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider reads from its cache."""
    cache_write_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider writes to its cache."""


class TimeoutSettings(Table):
    """`[models.ALIAS.timeouts]`: how long each part of a call may take, in seconds."""

    connect_seconds: float = Field(default=5.0, gt=0)
    """Until a connection to the provider stands."""
    first_token_seconds: float = Field(default=120.0, gt=0)
    """Until a stream's first event with content."""
    between_chunks_seconds: float = Field(default=60.0, gt=0)
    """Between two reads of a stream."""
    attempt_seconds: float = Field(default=300.0, gt=0)
    """One attempt at one target; of a stream, until its first token."""
    total_seconds: float = Field(default=600.0, gt=0)
    """The whole call: every attempt, every wait, every chunk."""


class BreakerSettings(Table):
    """`[models.ALIAS.breaker]`: when a target that fails is left alone."""

    failures: int = Field(default=5, ge=1)
    """Failures in a row, within the window, after which it is asked no more."""
    within_seconds: float = Field(default=60.0, gt=0)
    """The window: an older failure no longer counts."""
    cool_down_seconds: float = Field(default=15.0, gt=0)
    """How long it is left alone; then one probe is sent each cool-down until one succeeds."""


class ModelSettings(Table):
    """`[models.ALIAS]`: which models a name stands for, and how their calls are made."""

    model: str = "auto"
    """`provider/model`; `plimsoll/reader` is the embedded reader; `auto` takes the first provider that the environment
    has a key for, else the embedded reader."""
    targets: tuple[TargetSettings, ...] = ()
    """Several models that stand in for each other, in place of `model`."""
    balance: Literal["in_order", "weighted", "least_latency"] = "in_order"
    """Which target is asked first; the others follow when it fails."""
    fall_back: tuple[str, ...] = ()
    """Aliases or `provider/model` to ask when every target has failed, or its answer was rejected, in this order."""
    retries: int = Field(default=2, ge=0, le=10)
    """Further attempts at the same target after a failure that may pass."""
    first_wait_seconds: float = Field(default=0.2, ge=0, le=60)
    """Longest wait before the first retry; it doubles with each, and the true wait is drawn below it."""
    longest_wait_seconds: float = Field(default=8.0, ge=0, le=600)
    """Longest wait before any retry; a `Retry-After` beyond it falls over at once."""
    mid_stream: Literal["fail", "restart", "resume"] = "fail"
    """When a stream breaks after its first token: end it with an error, begin anew, or go on at the next target."""
    escalate: bool = True
    """Whether an answer that a feature rejects is asked of the next target."""
    cache_seconds: float = Field(default=0.0, ge=0)
    """How long an identical request of the same tenant is answered from the cache; 0: never."""
    semantic_cache_seconds: float = Field(default=0.0, ge=0)
    """How long a question that means the same, of the same tenant and feature and with all else equal, is answered from
    the cache; 0: never. About one answer in a hundred is then another question's: see docs/design/gateway.md."""
    semantic_threshold: float = Field(default=0.93, ge=0.5, le=1)
    """Least cosine between two questions that may share an answer."""
    coalesce: bool = False
    """Whether identical calls in flight of one tenant share one call of the model."""
    max_output_tokens: int | None = Field(default=None, ge=1)
    """Most tokens to write; set on requests that ask for more or for no limit."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Most calls a minute of all callers together."""
    tokens_per_minute: int | None = Field(default=None, ge=1)
    """Most tokens a minute of all callers together."""
    concurrent: int | None = Field(default=None, ge=1)
    """Most calls at once of all callers together."""
    input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens in US dollars; unset: the published price where the provider is known, else the
    cost of a call is unknown, never zero."""
    output_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million output tokens in US dollars."""
    cached_input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider reads from its cache; unset: the full input price."""
    cache_write_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider writes to its cache; unset: the full input price."""
    timeouts: TimeoutSettings = TimeoutSettings()
    """How long each part of a call may take."""
    breaker: BreakerSettings = BreakerSettings()
    """When a target that fails is left alone."""


class GatewaySettings(Table):
    """`[gateway]`: what the calls of all models share."""

    redis_url: str = ""
    """Redis that limits and caches are kept in, shared by all processes; may name `$VARIABLES`. Empty: they are kept in
    this process, which must then be the only one."""
    when_redis_is_down: Literal["fail_closed", "fail_open"] = "fail_closed"
    """Whether calls that a limit applies to are refused, or let through unchecked, while Redis cannot be reached."""
