import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.prices import DECLARED, ModelPrice, PriceTier, price_call, worst_case
from plimsoll.records import Usage

TOKENS = st.integers(0, 2_000_000)
RATE = st.floats(0, 200, allow_nan=False)
MAYBE = st.none() | RATE


@st.composite
def prices(draw: st.DrawFn) -> ModelPrice:
    """A known price whose tiers never become cheaper."""
    cached, kept, thought = draw(MAYBE), draw(MAYBE), draw(MAYBE)
    read, written = draw(RATE), draw(RATE)
    base = ModelPrice(
        input=read,
        output=written,
        cached_input=cached,
        cache_write=kept,
        reasoning=thought,
        usd_per_call=draw(st.floats(0, 1)),
        source=DECLARED,
    )
    tiers: list[PriceTier] = []
    for start in sorted(draw(st.sets(TOKENS, max_size=3))):
        read, written = read + draw(RATE), written + draw(RATE)
        tiers.append(
            PriceTier(
                above_input_tokens=start,
                input=read,
                output=written,
                cached_input=cached,
                cache_write=kept,
                reasoning=thought,
            )
        )
    return msgspec.structs.replace(base, tiers=tuple(tiers))


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    read, written = draw(TOKENS), draw(TOKENS)
    cached = draw(st.integers(0, read))
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cached_input_tokens=cached,
        cache_write_input_tokens=draw(st.integers(0, read - cached)),
        reasoning_tokens=draw(st.integers(0, written)),
    )


def cost(price: ModelPrice, usage: Usage) -> float:
    priced = price_call(price, usage)
    assert priced is not None
    return priced


@given(prices(), usages())
def test_a_call_never_costs_less_than_nothing_nor_more_than_its_worst_case(price: ModelPrice, usage: Usage):
    worst = worst_case(price, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    assert worst is not None
    assert 0 <= cost(price, usage) <= worst * (1 + 1e-9)


@given(prices(), usages(), usages())
def test_more_tokens_never_cost_less(price: ModelPrice, small: Usage, more: Usage):
    large = small + Usage(input_tokens=more.input_tokens, output_tokens=more.output_tokens)
    assert cost(price, small) <= cost(price, large) * (1 + 1e-9)


@given(usages(), RATE, st.floats(0, 1))
def test_reading_from_a_cheaper_cache_never_costs_more(usage: Usage, rate: float, discount: float):
    price = ModelPrice(input=rate, output=1.0, cached_input=rate * discount, source=DECLARED)
    fresh = cost(price, msgspec.structs.replace(usage, cached_input_tokens=0))
    assert cost(price, usage) <= fresh * (1 + 1e-9)


@given(usages(), RATE, RATE)
def test_without_prices_for_parts_the_parts_change_nothing(usage: Usage, read: float, written: float):
    price = ModelPrice(input=read, output=written, source=DECLARED)
    whole = Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    assert abs(cost(price, usage) - cost(price, whole)) <= 1e-9 * (1 + cost(price, whole))


@given(usages(), MAYBE)
def test_an_unknown_input_price_makes_the_cost_unknown(usage: Usage, cached: float | None):
    assert price_call(ModelPrice(output=1.0, cached_input=cached, source=DECLARED), usage) is None
