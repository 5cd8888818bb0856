import pytest

from plimsoll.prices import DECLARED, ModelPrice, PriceTier, declared_price, price_call, worst_case
from plimsoll.records import Usage

PLAIN = ModelPrice(input=2.0, output=8.0, cached_input=0.5, cache_write=2.5, source=DECLARED)
BARE = ModelPrice(input=2.0, output=8.0, source=DECLARED)
READ_ONLY = ModelPrice(input=2.0, source=DECLARED)
UNKNOWN = ModelPrice(source=DECLARED)
THINKS = ModelPrice(input=2.0, output=8.0, reasoning=3.0, source=DECLARED)
LONG = ModelPrice(
    input=2.0,
    output=8.0,
    source=DECLARED,
    tiers=(
        PriceTier(above_input_tokens=200_000, input=4.0, output=12.0),
        PriceTier(above_input_tokens=400_000, input=6.0, output=20.0),
    ),
)


@pytest.mark.parametrize(
    ("price", "usage", "expected"),
    [
        (PLAIN, Usage(), 0.0),
        (PLAIN, Usage(input_tokens=1_000_000), 2.0),
        (PLAIN, Usage(input_tokens=1_000_000, cached_input_tokens=1_000_000), 0.5),
        (PLAIN, Usage(input_tokens=1_000_000, cache_write_input_tokens=1_000_000), 2.5),
        (PLAIN, Usage(input_tokens=1_000_000, cached_input_tokens=500_000, cache_write_input_tokens=200_000), 1.35),
        (PLAIN, Usage(output_tokens=1_000_000, reasoning_tokens=900_000), 8.0),
        (BARE, Usage(input_tokens=1_000_000, cached_input_tokens=500_000, cache_write_input_tokens=500_000), 2.0),
        (READ_ONLY, Usage(input_tokens=1_000_000), 2.0),
        (READ_ONLY, Usage(input_tokens=1, output_tokens=1), None),
        (UNKNOWN, Usage(input_tokens=1), None),
        (THINKS, Usage(output_tokens=1_000_000, reasoning_tokens=1_000_000), 3.0),
    ],
)
def test_a_call_costs_each_token_once(price: ModelPrice, usage: Usage, expected: float | None):
    assert price_call(price, usage) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("tokens", "expected"), [(200_000, 0.4), (200_001, 0.800004), (400_000, 1.6), (1_000_000, 6.0)]
)
def test_the_highest_tier_that_a_call_passes_holds_for_all_its_tokens(tokens: int, expected: float):
    assert price_call(LONG, Usage(input_tokens=tokens)) == pytest.approx(expected)


def test_a_fee_for_each_call_comes_on_top():
    price = ModelPrice(input=1.0, output=1.0, usd_per_call=0.005, source=DECLARED)
    assert price_call(price, Usage(input_tokens=1_000_000)) == pytest.approx(1.005)


def test_parts_that_exceed_their_total_are_paid_and_nothing_becomes_negative():
    assert price_call(PLAIN, Usage(input_tokens=10, cached_input_tokens=1_000_000)) == pytest.approx(0.5)


def test_the_worst_case_takes_the_dearest_kind_of_token_at_the_dearest_tier():
    assert worst_case(PLAIN, input_tokens=1_000_000, output_tokens=1_000_000) == pytest.approx(2.5 + 8.0)
    assert worst_case(LONG, input_tokens=300_000, output_tokens=100_000) == pytest.approx(1.2 + 1.2)
    assert worst_case(UNKNOWN, input_tokens=1, output_tokens=0) is None
    assert worst_case(READ_ONLY, input_tokens=1, output_tokens=1) is None


def test_a_declared_price_stands_alone():
    assert declared_price() is None
    assert declared_price(input_usd_per_million=1.0, output_usd_per_million=2.0) == ModelPrice(
        input=1.0, output=2.0, source=DECLARED
    )
