"""The price table as a file: providers with their addresses, models with the names they go by, prices with dates.

`find` reads it for a moment and drops it again. Providers are decoded one at a time, only those that are asked for.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from plimsoll.prices.clause import Clause, is_match
from plimsoll.prices.price import ModelPrice, PriceTier, ProviderModel, Rates

TABLE_VERSION = 1
"""Raised whenever `export.py` writes another shape; part of the file's name."""

_ALIASES = {
    "bedrock": "aws",
    "azure-openai": "azure",
    "gemini": "google",
    "vertex": "google",
    "grok": "x-ai",
    "xai": "x-ai",
    "moonshot": "moonshotai",
    "voyage": "voyageai",
    "together-ai": "together",
    "fireworks-ai": "fireworks",
}
"""Names that people give to providers, and the table's own."""

_COMPACT_DATE = re.compile(r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=$|[-:])")


class DatedPrice(Rates, frozen=True, kw_only=True, omit_defaults=True):
    """A price and when it holds."""

    tiers: tuple[PriceTier, ...] = ()
    """Prices of long calls."""
    usd_per_call: float = 0.0
    """Charged for each call."""
    not_counted: tuple[str, ...] = ()
    """Units that are charged and not priced here."""
    since: date | None = None
    """The first day, in UTC, on which it holds."""
    daily_from: time | None = None
    """The time of day at which it begins to hold."""
    daily_to: time | None = None
    """The time of day at which it ends to hold."""


class PricedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model, the names it goes by and its prices."""

    id: str
    """Its main name."""
    match: Clause
    """The names it goes by."""
    prices: tuple[DatedPrice, ...]
    """The last one that holds is the price; the first one where none does."""


class PricedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider; its models stay undecoded until someone asks for one of them."""

    id: str
    """The table's name for it."""
    api_pattern: str
    """Regular expression that its addresses begin with."""
    falls_back_to: tuple[str, ...]
    """Providers whose models it serves too, at their prices."""
    models: msgspec.Raw
    """Its models."""


class _TableFile(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    providers: tuple[PricedProvider, ...]


class PriceTable:
    """Prices of all the models that the table knows."""

    def __init__(self, content: bytes) -> None:
        """Read the outline of a table. Raises msgspec.DecodeError when it is not one."""
        read = msgspec.json.decode(content, type=_TableFile)
        self._source = read.source
        self._providers = {provider.id: provider for provider in read.providers}
        self._by_name = {spell_provider(provider.id): provider for provider in read.providers}
        self._models: dict[str, tuple[PricedModel, ...]] = {}

    def find(self, name: ProviderModel, at: datetime) -> ModelPrice | None:
        """Return what a model costs at a moment; None where provider, model or its price of tokens is unknown."""
        provider = self._find_provider(name)
        model = None if provider is None else self._find_model(provider, name.model.lower())
        if model is None:
            return None
        price = choose_dated(model.prices, at)
        if price is None or price.input is None:
            return None
        return ModelPrice(
            input=price.input,
            output=price.output,
            cached_input=price.cached_input,
            cache_write=price.cache_write,
            reasoning=price.reasoning,
            tiers=price.tiers,
            usd_per_call=price.usd_per_call,
            not_counted=price.not_counted,
            source=self._source,
            valid_until=next_change(model.prices, at),
        )

    def _find_provider(self, name: ProviderModel) -> PricedProvider | None:
        if name.base_url:
            for provider in self._providers.values():
                if re.match(provider.api_pattern, name.base_url):
                    return provider
        known = spell_provider(name.provider)
        return self._by_name.get(_ALIASES.get(known, known))

    def _find_model(self, provider: PricedProvider, name: str) -> PricedModel | None:
        served = [provider.id, *(other for other in provider.falls_back_to if other in self._providers)]
        for spelling in dict.fromkeys((name, write_date_out(name))):
            for owner in served:
                found = next((model for model in self._models_of(owner) if is_match(model.match, spelling)), None)
                if found is not None:
                    return found
        return None

    def _models_of(self, provider: str) -> tuple[PricedModel, ...]:
        if provider not in self._models:
            raw = self._providers[provider].models
            self._models[provider] = msgspec.json.decode(raw, type=tuple[PricedModel, ...])
        return self._models[provider]


def spell_provider(name: str) -> str:
    """Return a provider's name in the one spelling that names are compared in."""
    return name.lower().replace("_", "-")


def write_date_out(name: str) -> str:
    """Return a model's name with `-20260131` written `-2026-01-31`, as providers' own names have it."""
    return _COMPACT_DATE.sub(r"-\1-\2-\3", name)


def choose_dated(prices: tuple[DatedPrice, ...], at: datetime) -> DatedPrice | None:
    """Return the last price that holds at a moment, else the first."""
    holding = (price for price in reversed(prices) if holds(price, at))
    return next(holding, prices[0] if prices else None)


def holds(price: DatedPrice, at: datetime) -> bool:
    """Tell whether a price holds at a moment. An interval of the day may pass midnight."""
    moment = at.astimezone(UTC)
    if price.since is not None:
        return moment.date() >= price.since
    if price.daily_from is None or price.daily_to is None:
        return True
    begin, end, now = in_utc(price.daily_from), in_utc(price.daily_to), moment.time()
    return begin <= now < end if begin <= end else now >= begin or now < end


def next_change(prices: tuple[DatedPrice, ...], at: datetime) -> datetime | None:
    """Return when the next of the prices begins or ends to hold."""
    moment = at.astimezone(UTC)
    coming = [
        next_time(moment, edge) for price in prices for edge in (price.daily_from, price.daily_to) if edge is not None
    ]
    starts = [datetime.combine(price.since, time(), UTC) for price in prices if price.since is not None]
    return min((*coming, *(start for start in starts if start > moment)), default=None)


def next_time(moment: datetime, edge: time) -> datetime:
    """Return when the clock next shows a time of the day, in UTC."""
    today = datetime.combine(moment.date(), in_utc(edge), UTC)
    return today if today > moment else today + timedelta(days=1)


def in_utc(edge: time) -> time:
    """Return a time of the day in UTC, without its zone."""
    if edge.tzinfo is None:
        return edge
    return datetime.combine(date(2000, 1, 1), edge).astimezone(UTC).time()
