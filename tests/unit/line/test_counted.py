"""Counts say what the observations behind them would: the same interval, the same p-values."""

import pytest

from plimsoll.line import (
    Bar,
    CountedCost,
    CountedScores,
    Counts,
    Observation,
    answered,
    decide,
    error_rate,
    evidence_for,
    evidence_of_counts,
    latency,
    mean_cost,
    pass_rate,
)
from plimsoll.records import ErrorClass, Interval, Outcome, Verdict
from plimsoll.scorers import grounded

LOST = Observation(outcome=Outcome.FAILED, error_class=ErrorClass.INFRASTRUCTURE)
GOOD, BAD = Observation(outcome=Outcome.ANSWERED), Observation(outcome=Outcome.FAILED, error_class=ErrorClass.MODEL)


def counted(good: int, bad: int, lost: int = 0) -> Counts:
    return Counts(valid=good + bad + lost, lost=lost, answered=good, failed=bad)


@pytest.mark.parametrize("bar", [answered(at_least=0.9), error_rate(at_most=0.05)], ids=["answered", "errors"])
@pytest.mark.parametrize("seen", [(95, 5, 0), (60, 40, 3), (80, 0, 20), (1, 0, 0), (0, 7, 1)])
def test_a_share_of_counts_is_the_share_of_their_observations(bar: Bar, seen: tuple[int, int, int]):
    good, bad, lost = seen
    one = evidence_of_counts(bar, counted(good, bad, lost))
    other = evidence_for(bar, [GOOD] * good + [BAD] * bad + [LOST] * lost)
    assert one.interval is not None
    assert other.interval is not None
    assert (one.interval.low, one.interval.high) == pytest.approx((other.interval.low, other.interval.high))
    assert (one.p_holds, one.p_falls_short) == pytest.approx((other.p_holds, other.p_falls_short))
    assert (one.n, one.missing) == (other.n, other.missing)


def test_scores_are_read_by_their_scorer_and_what_was_not_judged_is_no_data():
    bar = pass_rate(grounded, at_least=0.9)
    seen = Counts(valid=500, lost=0, answered=500, failed=0, scores={"grounded": CountedScores(n=200, rate=0.97)})
    assert decide(bar, evidence_of_counts(bar, seen)).verdict is Verdict.HOLDS
    unseen = evidence_of_counts(bar, counted(500, 0))
    assert (unseen.interval, decide(bar, unseen).verdict) == (None, Verdict.CANNOT_TELL)


@pytest.mark.parametrize(
    ("in_time", "ends", "verdict"),
    [(990, (1.4, 1.6), "holds"), (900, (2.2, 2.6), "falls short"), (951, (1.9, 2.1), "cannot tell")],
)
def test_latency_is_the_share_in_time_and_the_interval_of_its_percentile(
    in_time: int, ends: tuple[float, float], verdict: str
):
    bar = latency(p95_seconds=2.0)
    p95 = Interval(estimate=sum(ends) / 2, low=ends[0], high=ends[1], confidence=0.95, n=1000)
    counts = Counts(valid=1000, lost=0, answered=1000, failed=0, p95_seconds=p95, timed=1000, in_time=in_time)
    assert decide(bar, evidence_of_counts(bar, counts)).verdict == verdict


def cost(*stretches: tuple[int, float], unpriced: int = 0) -> Counts:
    costs = tuple(CountedCost(n=n, usd=usd) for n, usd in stretches)
    return Counts(valid=0, lost=0, answered=0, failed=0, costs=costs, unpriced=unpriced)


def test_a_mean_cost_rests_on_stretches_of_time_and_not_on_too_few():
    bar = mean_cost(at_most_usd=0.01)
    even = cost(*[(20, 0.1), (20, 0.11), (20, 0.09), (20, 0.1), (20, 0.105), (0, 0.0)])
    assert decide(bar, evidence_of_counts(bar, even)).verdict is Verdict.HOLDS
    assert decide(bar, evidence_of_counts(bar, cost((100, 0.5)))).verdict is Verdict.CANNOT_TELL
    assert decide(bar, evidence_of_counts(bar, cost(*[(2, 0.01)] * 6))).verdict is Verdict.CANNOT_TELL


def test_where_many_prices_are_unknown_the_cost_has_no_upper_end_and_never_holds():
    bar = mean_cost(at_most_usd=0.01)
    found = evidence_of_counts(bar, cost(*[(20, 0.1), (20, 0.11), (20, 0.09), (20, 0.1), (20, 0.105)], unpriced=20))
    assert found.interval is not None
    assert (found.interval.high, decide(bar, found).verdict) == (float("inf"), Verdict.CANNOT_TELL)


def test_nothing_counted_is_no_data():
    bars = [answered(at_least=0.5), latency(p95_seconds=1.0), mean_cost(at_most_usd=1.0), error_rate(at_most=0.1)]
    assert [evidence_of_counts(bar, counted(0, 0)).interval for bar in bars] == [None] * 4
