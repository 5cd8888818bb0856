"""Open the door to the models: providers, prices, limits, budgets and cache, joined into one gateway.

`opening` opens it once; `reload` has it adopt other settings while calls are under way. What the settings say of models
is decided in `choosing`.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack

import msgspec

from plimsoll.access import Allowances
from plimsoll.gateway import Accounts, Alias, Cache, Gateway, Limiter, ModelTarget, Provider, Replies, SpendLedger
from plimsoll.prices import ModelPrice
from plimsoll.project.models.choosing import choose_models, make_alias, name_listed_model, name_targets
from plimsoll.project.models.clients import ProviderSource, RemoteProvider, find_sources
from plimsoll.project.models.embedded import EmbeddedOnDemand
from plimsoll.project.models.pricing import PricesOnDemand, find_model_prices
from plimsoll.project.models.shared import find_redis, name_keys, open_cache, open_limiter
from plimsoll.project.settings import Settings
from plimsoll.project.status import GatewayHealth, ModelInUse
from plimsoll.records import Clock, Secret
from plimsoll.store import Store
from plimsoll.traces import Capture


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the models of a project are opened with."""

    settings: Settings
    """What `plimsoll.toml` says."""
    environ: Mapping[str, str]
    """The environment, which may hold keys."""
    embedded: EmbeddedOnDemand
    """The models that run in this process."""
    capture: Capture
    """Where spans go."""
    clock: Clock
    """The time."""
    database: Secret
    """The address of the state, which tells projects on one Redis apart."""


class _Served(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings came to: replaced whole when they change."""

    sources: Mapping[str, ProviderSource]
    clients: Mapping[str, RemoteProvider]
    in_use: tuple[ModelInUse, ...]
    aliases: list[Alias]


class StandsOn(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway counts, books and keeps with, whatever it serves."""

    redis: Secret | None
    """The Redis that limits and cache are shared in; None where they are this process's own."""
    limiter: Limiter
    """Limits."""
    ledger: SpendLedger
    """What calls cost."""
    cache: Cache
    """Kept replies."""


class OpenModels:
    """The door to the models, open. The stack that it was opened with closes it."""

    def __init__(
        self, around: Surroundings, served: _Served, *, gateway: Gateway, stands_on: StandsOn, prices: PricesOnDemand
    ) -> None:
        """Take the open gateway and what it serves."""
        self.gateway = gateway
        self._prices = prices
        self.stands_on = stands_on
        self._around = around
        self._served = served

    @property
    def in_use(self) -> tuple[ModelInUse, ...]:
        """Return which model each alias stands for."""
        return self._served.in_use

    def health(self) -> GatewayHealth:
        """Return how limits, ledger and cache fare."""
        on = self.stands_on
        return GatewayHealth(
            shared="redis" if on.redis else "no",
            limits=on.limiter.health(),
            ledger=on.ledger.health(),
            cache=on.cache.counts(),
        )

    async def find_price(self, target: ModelTarget) -> ModelPrice | None:
        """Return the published price of a model that the settings give none; None when nobody knows."""
        return await self._prices.find(target)

    async def adopt(self, settings: Settings) -> None:
        """Serve what other settings say of providers and models; calls under way end as they began.

        Providers whose settings are the same keep their connections; those of others are closed after their last call.
        Raises InvalidSettings for what cannot be served, and then changes nothing.
        """
        around = msgspec.structs.replace(self._around, settings=settings)
        before, after = self._served, await _prepare(around, known=self._served)
        try:
            self.gateway.adopt(after.aliases, _name_providers(around, after))
        except BaseException:
            await _retire(after.clients, but=before.clients)
            raise
        self._served = after
        self._prices.adopt(_name_addresses(after.clients))
        await _retire(before.clients, but=after.clients)


async def open_models(
    stack: AsyncExitStack, around: Surroundings, *, state: Store, allowances: Allowances
) -> OpenModels:
    """Open the gateway and what it stands on; the stack closes all of it."""
    on = await _open_foundation(stack, around, state)
    served = await _prepare(around)
    prices = PricesOnDemand(_name_addresses(served.clients), around.clock)
    gateway = Gateway(
        _name_providers(around, served),
        served.aliases,
        tracer=around.capture.tracer,
        clock=around.clock,
        sink=around.capture,
        accounts=Accounts(
            limiter=on.limiter, ledger=on.ledger, find_allowances=allowances.applying_to, find_price=prices.find
        ),
        replies=Replies(on.cache, embed=around.embedded.embed_one, clock=around.clock),
    )
    stack.push_async_callback(gateway.close)
    return OpenModels(around, served, gateway=gateway, stands_on=on, prices=prices)


async def _open_foundation(stack: AsyncExitStack, around: Surroundings, state: Store) -> StandsOn:
    clock, settings = around.clock, around.settings.gateway
    redis, keys = find_redis(settings, around.environ), name_keys(around.database)
    ledger = SpendLedger(state, clock)
    stack.push_async_callback(ledger.close)
    limiter = open_limiter(settings, redis, keys=keys, clock=clock)
    stack.push_async_callback(limiter.close)
    return StandsOn(redis=redis, limiter=limiter, ledger=ledger, cache=open_cache(redis, keys=keys, clock=clock))


async def _prepare(around: Surroundings, *, known: _Served | None = None) -> _Served:
    """Find out what the settings come to; clients that they do not change are the known ones."""
    sources = find_sources(around.settings, around.environ)
    kept = _unchanged(known, sources) if known is not None else {}
    clients = {name: kept.get(name) or source.connect() for name, source in sources.items()}
    try:
        in_use = await choose_in_use(around, clients)
        aliases = await make_aliases(around, in_use, clients)
    except BaseException:
        await _retire(clients, but=kept)
        raise
    return _Served(sources=sources, clients=clients, in_use=in_use, aliases=aliases)


def _unchanged(known: _Served, sources: Mapping[str, ProviderSource]) -> dict[str, RemoteProvider]:
    return {
        name: known.clients[name]
        for name, source in sources.items()
        if source.makes_the_same_as(known.sources.get(name))
    }


async def _retire(clients: Mapping[str, RemoteProvider], *, but: Mapping[str, RemoteProvider]) -> None:
    """Close the clients that are not among the others, each after its last call."""
    for name, client in clients.items():
        if but.get(name) is not client:
            await client.http.retire()


def _name_addresses(clients: Mapping[str, RemoteProvider]) -> dict[str, str]:
    return {name: client.http.base_url for name, client in clients.items()}


def _name_providers(around: Surroundings, served: _Served) -> dict[str, Provider]:
    return {around.embedded.name: around.embedded, **served.clients}


async def choose_in_use(around: Surroundings, clients: Mapping[str, RemoteProvider]) -> tuple[ModelInUse, ...]:
    """Return the model of every alias; a server that offers no default is asked which ones it has."""
    chosen = choose_models(around.settings, around.environ)
    return tuple([await name_listed_model(use, clients) for use in chosen])


async def make_aliases(
    around: Surroundings, in_use: tuple[ModelInUse, ...], clients: Mapping[str, RemoteProvider]
) -> list[Alias]:
    """Return the gateway's aliases, with the price of every model behind them."""
    settings = around.settings.models
    published = await find_model_prices(
        [(one.provider, one.model) for use in in_use for one in name_targets(use, settings[use.alias])],
        addresses=_name_addresses(clients),
        clock=around.clock,
    )
    return [make_alias(use, settings[use.alias], published=published) for use in in_use]
