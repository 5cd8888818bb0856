import pytest

from plimsoll.gateway import ModelTarget, price_call
from plimsoll.records import Usage

PRICED = ModelTarget(
    alias="a",
    provider="p",
    model="m",
    input_usd_per_million=2.0,
    output_usd_per_million=8.0,
    cached_input_usd_per_million=0.5,
)
UNPRICED = ModelTarget(alias="a", provider="p", model="m")
INPUT_ONLY = ModelTarget(alias="a", provider="p", model="m", input_usd_per_million=2.0)


@pytest.mark.parametrize(
    ("target", "usage", "expected"),
    [
        (PRICED, Usage(input_tokens=1_000_000), 2.0),
        (PRICED, Usage(input_tokens=1_000_000, cached_input_tokens=1_000_000), 0.5),
        (PRICED, Usage(input_tokens=1_000_000, cached_input_tokens=500_000), 1.25),
        (PRICED, Usage(output_tokens=1_000_000, reasoning_tokens=900_000), 8.0),
        (UNPRICED, Usage(input_tokens=1), None),
        (INPUT_ONLY, Usage(input_tokens=1_000_000, cached_input_tokens=500_000), 2.0),
        (INPUT_ONLY, Usage(input_tokens=1, output_tokens=1), None),
    ],
)
def test_a_call_costs_each_token_once(target: ModelTarget, usage: Usage, expected: float | None):
    assert price_call(target, usage) == expected
