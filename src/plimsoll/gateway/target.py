"""Which model of which provider a name stands for, and what a call of it costs. Pure."""

import msgspec

from plimsoll.records import Usage

_MILLION = 1_000_000


class ModelTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A model that features can name."""

    alias: str
    """The name that features use."""
    provider: str
    """Who serves it: a key of the gateway's providers."""
    model: str
    """Its name at the provider."""
    input_usd_per_million: float | None = None
    """Price of a million tokens read; None when unknown."""
    output_usd_per_million: float | None = None
    """Price of a million tokens written; None when unknown."""
    cached_input_usd_per_million: float | None = None
    """Price of a million tokens that the provider reads from its cache; None: the full input price."""


def price_call(target: ModelTarget, usage: Usage) -> float | None:
    """Return what a call cost in US dollars, or None when a price that it needs is unknown.

    Cached tokens are a part of the input and reasoning a part of the output: neither is counted twice.
    """
    fresh_price, output_price = target.input_usd_per_million, target.output_usd_per_million
    if fresh_price is None or (output_price is None and usage.output_tokens):
        return None
    cached_price = target.cached_input_usd_per_million
    cached = usage.cached_input_tokens * (fresh_price if cached_price is None else cached_price)
    fresh = (usage.input_tokens - usage.cached_input_tokens) * fresh_price
    return (cached + fresh + usage.output_tokens * (output_price or 0.0)) / _MILLION
