"""Evidence: what counts for a bar, what is missing, and how gaps widen an interval."""

import math

import msgspec
import pytest

from plimsoll.line import (
    Bar,
    Observation,
    Sample,
    answered,
    decide,
    error_rate,
    evidence_for,
    latency,
    mean_cost,
    pass_rate,
)
from plimsoll.records import Case, ErrorClass, Outcome, Score, Verdict
from plimsoll.stats import clustered_mean, clustered_proportion, mean_interval, quantile_interval, wilson

ANSWERED, ABSTAINED, FAILED = Outcome.ANSWERED, Outcome.ABSTAINED, Outcome.FAILED
LOST = Observation(outcome=FAILED, error_class=ErrorClass.INFRASTRUCTURE)
BROKEN = Observation(outcome=FAILED, error_class=ErrorClass.MODEL)
INVALID = Observation(outcome=Outcome.REFUSED, error_class=ErrorClass.VALIDATION)


class Exact(msgspec.Struct, frozen=True):
    name: str = "exact"

    async def score(self, case: Case, sample: Sample) -> Score:
        return Score(name=self.name, value=float(case.expected == sample.output))


PASS_RATE = pass_rate(Exact(), at_least=0.9)


def scored(*, passed: bool | None, outcome: Outcome = ANSWERED) -> Observation:
    value = None if passed is None else float(passed)
    return Observation(outcome=outcome, scores={"exact": Score(name="exact", value=value, passed=passed)})


def test_a_pass_rate_counts_answered_requests_only():
    others = [scored(passed=False, outcome=ABSTAINED), scored(passed=False, outcome=Outcome.DEGRADED)]
    evidence = evidence_for(PASS_RATE, [scored(passed=True)] * 90 + [scored(passed=False)] * 10 + others * 20)
    assert evidence.interval == wilson(90, 100)
    assert (evidence.n, evidence.missing, evidence.note) == (100, 0, "")


@pytest.mark.parametrize("gap", [scored(passed=None), Observation(outcome=ANSWERED), LOST, Observation(outcome=None)])
def test_a_score_that_was_not_given_is_missing_and_not_a_fail(gap: Observation):
    evidence = evidence_for(PASS_RATE, [scored(passed=True)] * 97 + [gap] * 3)
    assert evidence.interval == wilson(97, 97)
    assert (evidence.n, evidence.missing, evidence.note) == (97, 3, "3 of 100 missing")


def test_above_five_percent_missing_the_interval_covers_the_worst_and_the_best():
    evidence = evidence_for(PASS_RATE, [scored(passed=True)] * 180 + [scored(passed=None)] * 20)
    assert evidence.interval is not None
    assert (evidence.interval.low, evidence.interval.high) == (wilson(180, 200).low, 1.0)
    assert decide(PASS_RATE, evidence).verdict is Verdict.CANNOT_TELL
    assert evidence.more_cases is None
    assert "20 of 200 missing, above 5 %" in evidence.note


def test_what_infrastructure_lost_is_no_error_of_the_feature():
    hidden = Observation(outcome=ABSTAINED, error_class=ErrorClass.INFRASTRUCTURE)
    evidence = evidence_for(error_rate(at_most=0.1), [Observation(outcome=ANSWERED)] * 95 + [BROKEN] + [LOST, hidden])
    assert evidence.interval == wilson(1, 96)
    assert evidence.missing == 2


def test_an_invalid_request_counts_for_nothing_and_is_told():
    evidence = evidence_for(answered(at_least=0.9), [Observation(outcome=ANSWERED)] * 50 + [INVALID] * 30)
    assert evidence.interval == wilson(50, 50)
    assert evidence.note == "30 invalid requests left out"


def test_refusals_and_abstentions_are_not_answers_and_not_errors():
    observations = [Observation(outcome=Outcome.REFUSED), Observation(outcome=ABSTAINED)] * 30
    assert evidence_for(answered(at_least=0.5), observations).interval == wilson(0, 60)
    assert evidence_for(error_rate(at_most=0.5), observations).interval == wilson(0, 60)


def test_latency_is_read_in_seconds_by_its_order_statistics():
    observations = [Observation(outcome=ANSWERED, latency_ms=10.0 * place) for place in range(1, 201)]
    expected = quantile_interval([place / 100 for place in range(1, 201)], 0.95)
    assert evidence_for(latency(p95_seconds=2.0), observations).interval == expected


def test_latencies_that_were_not_measured_may_have_been_the_slowest():
    observations = [Observation(outcome=ANSWERED, latency_ms=100)] * 90 + [Observation(outcome=ANSWERED)] * 10
    evidence = evidence_for(latency(p95_seconds=2.0), observations)
    assert evidence.interval is not None
    assert (evidence.interval.estimate, evidence.interval.high) == (0.1, math.inf)
    assert decide(latency(p95_seconds=2.0), evidence).verdict is Verdict.CANNOT_TELL


def test_slow_answers_fall_short_even_where_their_number_shows_no_upper_end():
    bar = latency(p95_seconds=0.05)
    evidence = evidence_for(bar, [Observation(outcome=ANSWERED, latency_ms=100.0)] * 20)
    assert decide(bar, evidence).verdict is Verdict.FALLS_SHORT


def priced(*costs: float | None) -> list[Observation]:
    return [Observation(outcome=ANSWERED, cost_usd=cost) for cost in costs]


def test_a_mean_cost_leaves_unknown_costs_out_and_never_reads_them_as_zero():
    costs = [0.001 + 0.0001 * place for place in range(40)]
    evidence = evidence_for(mean_cost(at_most_usd=0.004), priced(*costs, None, None))
    assert evidence.interval == mean_interval(costs)
    assert evidence.missing == 2


def test_where_many_costs_are_unknown_the_mean_has_no_upper_end():
    bar = mean_cost(at_most_usd=0.004)
    evidence = evidence_for(bar, priced(*([0.001] * 50), *([None] * 50)))
    assert evidence.interval is not None
    assert (evidence.interval.estimate, evidence.interval.high) == (pytest.approx(0.001), math.inf)
    assert decide(bar, evidence).verdict is Verdict.CANNOT_TELL


def test_even_with_many_costs_unknown_the_known_ones_may_be_too_much():
    bar = mean_cost(at_most_usd=0.004)
    evidence = evidence_for(bar, priced(*([0.1] * 50), *([None] * 50)))
    assert decide(bar, evidence).verdict is Verdict.FALLS_SHORT


def test_a_mean_cost_is_not_judged_below_thirty_cases():
    bar = mean_cost(at_most_usd=0.004)
    few, enough = (evidence_for(bar, priced(*([0.0] * times))) for times in (29, 30))
    assert (decide(bar, few).verdict, decide(bar, enough).verdict) == (Verdict.CANNOT_TELL, Verdict.HOLDS)
    assert "not judged below 30 cases" in decide(bar, few).reason


@pytest.mark.parametrize("bar", [answered(at_least=0.9), mean_cost(at_most_usd=1.0)])
def test_clusters_widen_the_interval(bar: Bar):
    outcomes = ([ANSWERED] * 4 + [ABSTAINED]) * 10
    clusters = [str(place % 5) for place in range(50)]
    pairs = list(zip(outcomes, clusters, strict=True))
    observations = [Observation(outcome=one, cost_usd=float(one is ANSWERED), cluster=name) for one, name in pairs]
    values = [one is ANSWERED for one in outcomes]
    if bar.is_share:
        assert evidence_for(bar, observations).interval == clustered_proportion(values, clusters)
    else:
        expected = clustered_mean([float(value) for value in values], clusters)
        assert evidence_for(bar, observations).interval == msgspec.structs.replace(expected, low=max(0, expected.low))


def test_the_cases_still_needed_allow_for_those_that_will_not_count():
    every = evidence_for(PASS_RATE, [scored(passed=True)] * 10)
    half = evidence_for(PASS_RATE, [scored(passed=True)] * 10 + [Observation(outcome=ABSTAINED)] * 10)
    assert (every.more_cases, half.more_cases) == (19, 38)


def test_all_missing_is_no_data_that_more_cases_would_mend():
    evidence = evidence_for(PASS_RATE, [LOST] * 10)
    assert (evidence.interval, evidence.missing, evidence.more_cases) == (None, 10, None)
    assert decide(PASS_RATE, evidence).reason == "No data for pass_rate(exact) ≥ 0.9 (10 of 10 missing)."


@pytest.mark.parametrize(("bar", "verdict"), [(answered(at_least=0), "holds"), (answered(at_least=1), "falls short")])
def test_the_two_ends_of_a_share_demand_nothing_and_everything(bar: Bar, verdict: str):
    observations = [Observation(outcome=ABSTAINED)] * 3 + [Observation(outcome=ANSWERED)] * 30
    assert decide(bar, evidence_for(bar, observations)).verdict == verdict
    assert decide(bar, evidence_for(bar, [])).verdict is Verdict.CANNOT_TELL
