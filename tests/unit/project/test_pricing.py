import asyncio

from plimsoll.gateway import ModelTarget
from plimsoll.project.models.pricing import FREE, PricesOnDemand
from plimsoll.testing import FakeClock


def find(provider: str, model: str, addresses: dict[str, str] | None = None) -> object:
    prices = PricesOnDemand(addresses or {}, FakeClock())
    target = ModelTarget(alias=f"{provider}/{model}", provider=provider, model=model)

    async def twice() -> object:
        first = await prices.find(target)
        assert await prices.find(target) == first
        return first

    return asyncio.run(twice())


def test_a_model_that_no_alias_names_has_its_published_price():
    price = find("openai", "gpt-4o-mini")
    assert getattr(price, "input", None) == 0.15


def test_a_model_of_an_unknown_provider_has_no_price():
    assert find("acme", "gpt-4o-mini") is None


def test_an_embedded_model_costs_nothing():
    assert find("plimsoll", "minilm") == FREE
