"""What a call of a model costs: prices with their source, and the arithmetic over tokens.

`gateway` prices calls and reserves budgets with it, `project` looks up the prices of the configured models. Pure but
for the price table, which is read from a file and fetched only when asked. An unknown price is None, never 0.
"""

from plimsoll.prices.cost import price_call, worst_case
from plimsoll.prices.find import PUBLISHED_AT, find_prices, refresh_prices
from plimsoll.prices.price import DECLARED, ModelPrice, PriceTier, ProviderModel, Rates, declared_price

__all__ = [
    "DECLARED",
    "PUBLISHED_AT",
    "ModelPrice",
    "PriceTier",
    "ProviderModel",
    "Rates",
    "declared_price",
    "find_prices",
    "price_call",
    "refresh_prices",
    "worst_case",
]
