"""Write the prices of the genai-prices package as one JSON table: `python export.py FILE SOURCE [URL]`.

`find` runs this file as a program of its own, once for each version of the package: importing it costs a fifth of a
second and loads an HTTP client, neither of which a server should carry. It imports nothing of Plimsoll. Without a URL
it opens no connection; with one it takes the newer prices that the package's makers publish there.
`table` reads what it writes; raise `TABLE_VERSION` there with every change of shape.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
from genai_prices import UpdatePrices, types
from genai_prices.data import providers as installed

_RATES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_reasoning_mtok": "reasoning",
}
_CALLS = "requests_kcount"
_LITERALS = ("equals", "starts_with", "ends_with", "contains", "regex")

Price = Decimal | types.TieredPrices


def fetch_providers(url: str) -> list[types.Provider]:
    """Return the providers that are published at the address."""
    snapshot = UpdatePrices(url=url).fetch()
    fetched = [] if snapshot is None else snapshot.providers
    if not any(provider.models for provider in fetched):
        raise ValueError("no model is listed there")
    return fetched


def write_providers(providers: list[types.Provider]) -> list[dict[str, object]]:
    """Return every provider with its models, in the package's order, which decides between models that both match."""
    return [
        {
            "id": provider.id,
            "api_pattern": provider.api_pattern,
            "falls_back_to": provider.fallback_model_providers or [],
            "models": [
                {"id": model.id, "match": write_clause(model.match), "prices": list(write_prices(model))}
                for model in provider.models
            ],
        }
        for provider in providers
    ]


def write_clause(clause: object) -> dict[str, object]:
    """Return a matching rule as data."""
    if isinstance(clause, types.ClauseOr):
        return {"any_of": [write_clause(part) for part in clause.or_]}
    if isinstance(clause, types.ClauseAnd):
        return {"all_of": [write_clause(part) for part in clause.and_]}
    kind = next(kind for kind in _LITERALS if hasattr(clause, kind))
    return {kind: getattr(clause, kind)}


def write_prices(model: types.ModelInfo) -> Iterator[dict[str, object]]:
    """Yield the prices of a model with the condition under which each holds; a later one goes before an earlier one."""
    if isinstance(model.prices, types.ModelPrice):
        yield write_price(model.id, model.prices)
        return
    for conditional in model.prices:
        yield write_condition(conditional.constraint) | write_price(model.id, conditional.prices)


def write_condition(constraint: object) -> dict[str, object]:
    """Return when a price holds: from a day on, between two times of the day (UTC), or always."""
    if isinstance(constraint, types.StartDateConstraint):
        return {"since": constraint.start_date}
    if isinstance(constraint, types.TimeOfDateConstraint):
        return {"daily_from": constraint.start_time, "daily_to": constraint.end_time}
    return {}


def write_price(model: str, price: types.ModelPrice) -> dict[str, object]:
    """Return the rates of one price. A model without any price is free only where its name says so."""
    known: dict[str, Price] = {key: value for key, value in vars(price).items() if value is not None}
    if not known and model.endswith(":free"):
        return {"input": 0.0, "output": 0.0}
    starts = sorted(
        {tier.start for value in known.values() if isinstance(value, types.TieredPrices) for tier in value.tiers}
    )
    calls = known.get(_CALLS, Decimal(0))
    return {
        **write_rates(known, above=0),
        "tiers": [{"above_input_tokens": start, **write_rates(known, above=start)} for start in starts],
        "usd_per_call": float(calls) / 1_000 if isinstance(calls, Decimal) else 0.0,
        "not_counted": sorted(known.keys() - _RATES.keys() - {_CALLS}),
    }


def write_rates(known: dict[str, Price], *, above: int) -> dict[str, float]:
    """Return the rates of a call that reads more than `above` tokens."""
    return {name: float(at_level(known[key], above)) for key, name in _RATES.items() if key in known}


def at_level(price: Price, above: int) -> Decimal:
    """Return the rate that holds above a number of input tokens; 0 stands for the base."""
    if isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if above and tier.start <= above]
    return reached[-1] if reached else price.base


if __name__ == "__main__":
    path, source, *urls = sys.argv[1:]
    listed = fetch_providers(urls[0]) if urls else installed
    Path(path).write_bytes(msgspec.json.encode({"source": source, "providers": write_providers(listed)}))
