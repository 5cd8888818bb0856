"""What the models of a project cost: as its settings declare, else as the published prices say.

`opening` asks once; a price that nobody knows stays unknown. No connection is opened.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from plimsoll.gateway import EMBEDDED_NAME, ModelTarget, cache_folder
from plimsoll.prices import ModelPrice, ProviderModel, declared_price, find_prices
from plimsoll.project.settings import ModelSettings, TargetSettings
from plimsoll.records import Clock

_MOST_KNOWN = 1_000
FREE = ModelPrice(input=0.0, output=0.0, source="embedded")
"""The price of models that run in this process."""


async def find_model_prices(
    models: Iterable[tuple[str, str]], *, addresses: Mapping[str, str], clock: Clock
) -> dict[tuple[str, str], ModelPrice]:
    """Return the published prices of models, each given and returned as (provider, model); unknown ones are left out.

    `addresses` are the base URLs of the providers: one that is known tells who serves, better than a name.
    """
    asked = {
        ProviderModel(provider=provider, model=model, base_url=addresses.get(provider, ""))
        for provider, model in models
        if provider != EMBEDDED_NAME
    }
    if not asked:
        return {}
    found = await asyncio.to_thread(find_prices, asked, folder=cache_folder(), at=clock.now())
    return {(name.provider, name.model): price for name, price in found.items()}


class PricesOnDemand:
    """Published prices of models that the settings do not name, looked up once each."""

    def __init__(self, addresses: Mapping[str, str], clock: Clock) -> None:
        """Take the base URLs of the providers: a known address tells who serves, better than a name."""
        self._clock = clock
        self._known: OrderedDict[str, ModelPrice | None] = OrderedDict()
        self.adopt(addresses)

    def adopt(self, addresses: Mapping[str, str]) -> None:
        """Look prices up for other providers from now on."""
        self._addresses = addresses
        self._known.clear()

    async def find(self, target: ModelTarget) -> ModelPrice | None:
        """Return what a model costs; None when nobody knows. Callers may name any model, so few are remembered."""
        if target.full_name in self._known:
            price = self._known[target.full_name]
            if price is None or price.valid_until is None or self._clock.now() < price.valid_until:
                return price
        key = (target.provider, target.model)
        found = await find_model_prices([key], addresses=self._addresses, clock=self._clock)
        self._known[target.full_name] = price = FREE if target.provider == EMBEDDED_NAME else found.get(key)
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return price


def price_of(
    provider: str,
    model: str,
    *,
    declared: ModelSettings | TargetSettings,
    published: Mapping[tuple[str, str], ModelPrice],
) -> ModelPrice | None:
    """Return what a model costs: nothing where it is embedded, else as the settings declare, else as published."""
    if provider == EMBEDDED_NAME:
        return FREE
    own = declared_price(
        input_usd_per_million=declared.input_usd_per_million,
        output_usd_per_million=declared.output_usd_per_million,
        cached_input_usd_per_million=declared.cached_input_usd_per_million,
        cache_write_usd_per_million=declared.cache_write_usd_per_million,
    )
    return own or published.get((provider, model))
