"""What model calls of other programs cost, where they did not say: by the published prices. Unknown stays unknown."""

from collections.abc import Awaitable, Callable, Sequence

from plimsoll.gateway import ModelTarget
from plimsoll.prices import ModelPrice, price_call
from plimsoll.records import Attribute, Span, Usage

FindPrice = Callable[[ModelTarget], Awaitable[ModelPrice | None]]
"""Looks a model's price up; it may be asked the same thing often."""
_COST = "plimsoll.cost_usd"
# The conventions' names of those whom price tables know by another.
_NAMES = {
    "aws.bedrock": "aws",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
}


class TelemetryPrices:
    """Prices the calls of export requests."""

    def __init__(self, find_price: FindPrice) -> None:
        self._find_price = find_price

    async def fill_in(self, spans: Sequence[Span]) -> None:
        """Write the cost on each call that names its model and its tokens and no cost."""
        prices: dict[tuple[str, str], ModelPrice | None] = {}
        for span in spans:
            called = name_call(span.attributes)
            if called is None:
                continue
            if called not in prices:
                provider, model = called
                prices[called] = await self._find_price(ModelTarget(alias="", provider=provider, model=model))
            price = prices[called]
            cost = None if price is None else price_call(price, read_usage(span.attributes))
            if cost is not None:
                span.attributes[_COST] = cost


def name_call(attributes: dict[str, Attribute]) -> tuple[str, str] | None:
    """Return provider and model of a span that is a call without a cost; None for any other."""
    if attributes.get("plimsoll.kind") != "model" or _COST in attributes:
        return None
    provider, model = attributes.get("gen_ai.provider.name"), _model_of(attributes)
    if not isinstance(provider, str) or not isinstance(model, str) or "gen_ai.usage.input_tokens" not in attributes:
        return None
    return _NAMES.get(provider, provider), model


def read_usage(attributes: dict[str, Attribute]) -> Usage:
    """Return the tokens of a call: cached and reasoning ones are parts of the totals."""
    return Usage(
        input_tokens=_count(attributes, "gen_ai.usage.input_tokens"),
        output_tokens=_count(attributes, "gen_ai.usage.output_tokens"),
        cached_input_tokens=_count(attributes, "gen_ai.usage.cache_read.input_tokens"),
        cache_write_input_tokens=_count(attributes, "gen_ai.usage.cache_creation.input_tokens"),
        reasoning_tokens=_count(attributes, "gen_ai.usage.reasoning.output_tokens"),
    )


def _model_of(attributes: dict[str, Attribute]) -> Attribute | None:
    return attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model")


def _count(attributes: dict[str, Attribute], name: str) -> int:
    value = attributes.get(name, 0)
    return value if isinstance(value, int) and value > 0 else 0
