"""Not worse than the incumbent: non-inferiority with a margin."""

import pytest

from plimsoll.errors import InvalidFeature
from plimsoll.line import not_worse
from plimsoll.records import Interval, Verdict
from plimsoll.stats import PairedDifference


def differ(low: float, high: float) -> PairedDifference:
    delta = Interval(estimate=(low + high) / 2, low=low, high=high, confidence=0.95, n=200)
    return PairedDifference(delta=delta, discordant=12, p_value=0.5)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.01, 0.03, Verdict.HOLDS),
        (-0.03, 0.03, Verdict.CANNOT_TELL),
        (-0.02, 0.03, Verdict.CANNOT_TELL),
        (-0.08, -0.03, Verdict.FALLS_SHORT),
    ],
)
def test_the_whole_interval_has_to_lie_beyond_the_margin(low: float, high: float, verdict: Verdict):
    assert not_worse(differ(low, high), 0.02).verdict is verdict


def test_undecided_says_how_many_more_cases_would_decide():
    decision = not_worse(differ(-0.03, 0.03), 0.02)
    assert decision.more_cases == 720
    assert decision.reason == (
        "+0.000 [-0.030, +0.030] on 200 cases (12 changed): may or may not be worse by more than 0.02. "
        "About 720 more cases would probably decide it."
    )


def test_an_estimate_on_the_margin_is_decided_by_no_number():
    assert not_worse(differ(-0.04, 0.0), 0.02).more_cases is None


def test_without_pairs_it_cannot_tell():
    assert not_worse(None, 0.02).verdict is Verdict.CANNOT_TELL


def test_a_negative_margin_is_refused():
    with pytest.raises(InvalidFeature, match=r"margin=-0\.1"):
        not_worse(differ(-0.01, 0.01), -0.1)
