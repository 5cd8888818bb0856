"""What a model's tokens cost and who says so. Records only; `cost` does the arithmetic, `find` the looking up.

All rates are US dollars for a million tokens. None means unknown, which is not free.
"""

from datetime import datetime

import msgspec

DECLARED = "plimsoll.toml"
"""The source of a price that the project's own settings give."""


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices of a million tokens in US dollars."""

    input: float | None = None
    """Of tokens read."""
    output: float | None = None
    """Of tokens written."""
    cached_input: float | None = None
    """Of tokens that the provider reads from its cache; None: the input price, since no discount is known."""
    cache_write: float | None = None
    """Of tokens that the provider writes to its cache; None: the input price."""
    reasoning: float | None = None
    """Of tokens spent on reasoning; None: the output price."""


class PriceTier(Rates, frozen=True, kw_only=True, omit_defaults=True):
    """Prices of the whole call, once it reads more than so many tokens."""

    above_input_tokens: int
    """The tier holds for calls that read more than this."""


class ModelPrice(Rates, frozen=True, kw_only=True, omit_defaults=True):
    """What a model costs, and who says so."""

    source: str
    """`plimsoll.toml`, or the price table with its version: `genai-prices 0.2.3`."""
    tiers: tuple[PriceTier, ...] = ()
    """Prices of long calls, the lowest threshold first; the highest one that a call passes holds for all its tokens."""
    usd_per_call: float = 0.0
    """Charged for each call besides its tokens."""
    not_counted: tuple[str, ...] = ()
    """What the provider also charges for and this price leaves out, in the table's words: `web_searches_kcount`, …"""
    valid_until: datetime | None = None
    """When another price begins to hold (an announced change, an hour of the day); None: no change is known."""


class ProviderModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model whose price is asked for."""

    provider: str
    """The provider's name in the settings or the environment, e.g. `openai`."""
    model: str
    """The model's name at the provider."""
    base_url: str = ""
    """Where the provider is reached; a known address tells who it is better than a name does."""


def declared_price(
    *,
    input_usd_per_million: float | None = None,
    output_usd_per_million: float | None = None,
    cached_input_usd_per_million: float | None = None,
    cache_write_usd_per_million: float | None = None,
) -> ModelPrice | None:
    """Return the price that the settings give, or None where they give none.

    It stands alone: as soon as one number is declared nothing is taken from the table, so that two sources never mix.
    """
    rates = (
        input_usd_per_million,
        output_usd_per_million,
        cached_input_usd_per_million,
        cache_write_usd_per_million,
    )
    if all(rate is None for rate in rates):
        return None
    fresh, written, cached, kept = rates
    return ModelPrice(input=fresh, output=written, cached_input=cached, cache_write=kept, source=DECLARED)
