from datetime import UTC, datetime

import pytest

from plimsoll.cli.models import write_price
from plimsoll.prices import ModelPrice, PriceTier


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (None, ("unknown", "-")),
        (ModelPrice(input=2.5, output=10.0, source="plimsoll.toml"), ("2.5 / 10", "plimsoll.toml")),
        (ModelPrice(input=0.02, source="table 1"), ("0.02 / unknown", "table 1")),
        (
            ModelPrice(
                input=1.0,
                output=5.0,
                source="table 1",
                tiers=(PriceTier(above_input_tokens=200_000, input=2.0, output=7.5),),
                valid_until=datetime(2026, 12, 1, tzinfo=UTC),
            ),
            ("1 / 5; 2 / 7.5 above 200,000 read", "table 1 until 2026-12-01 00:00 UTC"),
        ),
    ],
)
def test_a_price_is_told_with_its_source(price: ModelPrice | None, expected: tuple[str, str]):
    assert write_price(price) == expected
