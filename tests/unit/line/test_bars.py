"""The five bars: what they say of themselves and what they refuse."""

from collections.abc import Callable

import msgspec
import pytest

from plimsoll.errors import InvalidFeature
from plimsoll.line import Bar, Sample, answered, error_rate, latency, mean_cost, pass_rate
from plimsoll.records import Case, Score


class Grounded(msgspec.Struct, frozen=True):
    name: str = "grounded"

    async def score(self, case: Case, sample: Sample) -> Score:
        return Score(name=self.name, value=float(len(sample.citations)), case_id=case.id)


grounded = Grounded()


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        (pass_rate(grounded, at_least=0.90), ("pass_rate(grounded)", "share", "pass_rate(grounded) ≥ 0.9")),
        (answered(at_least=0.80), ("answered", "share", "answered ≥ 0.8")),
        (latency(p95_seconds=2.0), ("latency_p95", "s", "latency_p95 ≤ 2 s")),
        (error_rate(at_most=0.01), ("error_rate", "share", "error_rate ≤ 0.01")),
        (mean_cost(at_most_usd=0.004), ("mean_cost", "USD", "mean_cost ≤ 0.004 USD")),
    ],
)
def test_a_bar_says_what_it_demands(bar: Bar, expected: tuple[str, str, str]):
    assert (bar.name, bar.unit, bar.describe()) == expected


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: answered(at_least=90), r"answered\(at_least=90\) is not a share: .* Did you mean 0\.9\?"),
        (lambda: error_rate(at_most=-0.1), r"error_rate\(at_most=-0\.1\) .* within 0\.\.1"),
        (lambda: pass_rate(grounded, at_least=float("nan")), r"pass_rate\(grounded, at_least=nan\)"),
        (lambda: pass_rate(grounded, at_least=True), r"pass_rate\(grounded, at_least=True\)"),
        (lambda: latency(p95_seconds=0), r"latency\(p95_seconds=0\) .* above 0, e\.g\. 2\.0"),
        (lambda: mean_cost(at_most_usd=-1), r"mean_cost\(at_most_usd=-1\) .* from 0 up"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_its_value_and_the_allowed_ones(
    write: Callable[[], Bar], message: str
):
    with pytest.raises(InvalidFeature, match=message):
        write()


@pytest.mark.parametrize("stranger", ["grounded", None, Grounded(name="")])
def test_what_is_no_scorer_is_refused_with_a_way_to_get_one(stranger: Grounded):
    with pytest.raises(InvalidFeature, match=r"needs a scorer.*plimsoll\.scorers"):
        pass_rate(stranger, at_least=0.9)


@pytest.mark.parametrize("share", [0, 1, 0.5])
def test_the_ends_of_a_share_are_allowed(share: float):
    assert answered(at_least=share).target == share


def test_bars_are_values():
    assert pass_rate(grounded, at_least=0.9) == pass_rate(Grounded(), at_least=0.9)
    assert len({answered(at_least=0.9), answered(at_least=0.9)}) == 1
