"""From tokens to dollars: what a call cost, and the most that one can cost. Pure.

Cached, cache-written and reasoning tokens are parts of their totals: each token is paid for once.
"""

from plimsoll.prices.price import ModelPrice, Rates
from plimsoll.records import Usage

_MILLION = 1_000_000


def price_call(price: ModelPrice, usage: Usage) -> float | None:
    """Return what a call cost in US dollars, or None when the price of a part that was used is unknown.

    Parts that add up to more than their total (a provider that miscounts) are paid in full; nothing becomes negative.
    """
    rates = choose_rates(price, usage.input_tokens)
    read, written = rates.input, rates.output
    if read is None or (written is None and usage.output_tokens):
        return None
    written = written or 0.0
    cached, kept = usage.cached_input_tokens, usage.cache_write_input_tokens
    thought = usage.reasoning_tokens
    input_cost = (
        max(0, usage.input_tokens - cached - kept) * read
        + cached * (read if rates.cached_input is None else rates.cached_input)
        + kept * (read if rates.cache_write is None else rates.cache_write)
    )
    output_cost = max(0, usage.output_tokens - thought) * written + thought * (
        written if rates.reasoning is None else rates.reasoning
    )
    return (input_cost + output_cost) / _MILLION + price.usd_per_call


def worst_case(price: ModelPrice, *, input_tokens: int, output_tokens: int) -> float | None:
    """Return the most that a call of at most so many tokens can cost in US dollars; None when a price is unknown.

    Budgets reserve it: every token counts as the dearest kind it could turn out to be, at the dearest tier in reach.
    """
    reachable = [price, *(tier for tier in price.tiers if tier.above_input_tokens < input_tokens)]
    dearest = 0.0
    for rates in reachable:
        if rates.input is None or (rates.output is None and output_tokens):
            return None
        dearest = max(dearest, input_tokens * dearest_input(rates) + output_tokens * dearest_output(rates))
    return dearest / _MILLION + price.usd_per_call


def choose_rates(price: ModelPrice, input_tokens: int) -> Rates:
    """Return the rates of a call that reads so many tokens: the highest tier it passes, else the price itself."""
    chosen: Rates = price
    for tier in price.tiers:
        if input_tokens <= tier.above_input_tokens:
            break
        chosen = tier
    return chosen


def dearest_input(rates: Rates) -> float:
    """Return the price of a million tokens read of the dearest kind."""
    return max(rates.input or 0.0, rates.cached_input or 0.0, rates.cache_write or 0.0)


def dearest_output(rates: Rates) -> float:
    """Return the price of a million tokens written of the dearest kind."""
    return max(rates.output or 0.0, rates.reasoning or 0.0)
