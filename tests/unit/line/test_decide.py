"""Verdicts: what evidence has to show, and what happens without it."""

import pytest

from plimsoll.line import (
    Bar,
    Evidence,
    Line,
    Observation,
    answered,
    decide,
    decide_line,
    error_rate,
    evidence_for,
    evidence_for_line,
    latency,
    mean_cost,
    verdict_of,
)
from plimsoll.records import Decision, Interval, Outcome, Verdict

BAR = answered(at_least=0.9)
HOLDS, FALLS_SHORT, CANNOT_TELL = Verdict.HOLDS, Verdict.FALLS_SHORT, Verdict.CANNOT_TELL


def observe(outcome: Outcome | None, times: int) -> list[Observation]:
    return [Observation(outcome=outcome)] * times


@pytest.mark.parametrize(
    ("good", "bad", "verdict"),
    [(190, 10, HOLDS), (185, 15, CANNOT_TELL), (165, 35, FALLS_SHORT)],
)
def test_the_whole_interval_has_to_lie_on_one_side(good: int, bad: int, verdict: Verdict):
    observations = observe(Outcome.ANSWERED, good) + observe(Outcome.ABSTAINED, bad)
    assert decide(BAR, evidence_for(BAR, observations)).verdict is verdict


def test_no_data_never_holds_and_says_from_how_many_cases_it_could():
    decision = decide(BAR, evidence_for(BAR, []))
    assert decision.verdict is CANNOT_TELL
    assert decision.more_cases == 29
    assert decision.reason == "No data for answered ≥ 0.9. It could hold from 29 cases."


def test_a_line_holds_only_where_every_bar_does():
    line = Line(answered(at_least=0.8), error_rate(at_most=0.01))
    decision = decide_line(line, evidence_for_line(line, observe(Outcome.ANSWERED, 200)))
    assert [one.decision.verdict for one in decision.decisions] == [HOLDS, CANNOT_TELL]
    assert decision.verdict is CANNOT_TELL
    assert decision.more_cases == 99
    assert decision.reason == "error_rate: cannot tell."


def test_one_bar_that_falls_short_decides_the_line():
    line = Line(answered(at_least=0.8), error_rate(at_most=0.5))
    decision = decide_line(line, evidence_for_line(line, observe(Outcome.ABSTAINED, 100)))
    assert decision.verdict is FALLS_SHORT
    assert decision.more_cases is None
    assert decision.reason == "answered: falls short."


def test_among_several_bars_a_miss_needs_stronger_evidence_than_alone():
    line = Line(BAR, latency(p95_seconds=2.0), error_rate(at_most=0.5), mean_cost(at_most_usd=1.0))
    evidences = evidence_for_line(line, observe(Outcome.ANSWERED, 83) + observe(Outcome.ABSTAINED, 17))
    assert decide(line.bars[0], evidences[0]).verdict is FALLS_SHORT
    assert decide_line(line, evidences).decisions[0].decision == Decision(
        verdict=CANNOT_TELL,
        reason="0.83 [0.745, 0.891] on 100 cases: seems to miss answered ≥ 0.9, but not surely enough for one bar "
        "among several. About 129 more cases would probably decide it. 100 cases can show a distance of 0.105.",
        more_cases=129,
    )


def test_an_interval_that_clears_needs_a_p_value_that_agrees():
    interval = Interval(estimate=0.95, low=0.91, high=0.99, confidence=0.95, n=10)
    evidence = Evidence(interval=interval, n=10, missing=0, confidence=0.95, p_holds=0.2)
    assert decide(BAR, evidence).verdict is CANNOT_TELL
    assert "seems to clear answered ≥ 0.9, but not surely enough" in decide(BAR, evidence).reason


def test_a_mean_that_is_not_judged_yet_says_from_where_it_will_be():
    bar = mean_cost(at_most_usd=0.001)
    decision = decide(bar, evidence_for(bar, [Observation(outcome=Outcome.ANSWERED, cost_usd=0.1)] * 10))
    assert decision == Decision(
        verdict=CANNOT_TELL,
        reason="0.1 USD [0.1 USD, 0.1 USD] on 10 cases, a mean cost is not judged below 30 cases: seems to miss "
        "mean_cost ≤ 0.001 USD, but not surely enough. About 20 more cases would probably decide it.",
        more_cases=20,
    )


@pytest.mark.parametrize(("bar", "cases"), [(latency(p95_seconds=2.0), 72), (mean_cost(at_most_usd=1.0), 30)])
def test_without_data_each_kind_of_bar_knows_from_where_it_could_hold(bar: Bar, cases: int):
    assert decide(bar, evidence_for(bar, [])).more_cases == cases


def test_a_line_that_holds_says_so_in_one_sentence():
    line = Line(BAR, error_rate(at_most=0.1))
    assert decide_line(line, evidence_for_line(line, observe(Outcome.ANSWERED, 100))).reason == "All 2 bars hold."
    alone = Line(BAR)
    assert decide_line(alone, evidence_for_line(alone, observe(Outcome.ANSWERED, 100))).reason == "The bar holds."


def test_each_bar_of_a_line_needs_its_evidence():
    with pytest.raises(ValueError, match="shorter"):
        decide_line(Line(answered(at_least=0.9), error_rate(at_most=0.1)), evidence_for_line(Line(BAR), []))


def test_no_decisions_at_all_cannot_tell():
    assert verdict_of([]) is CANNOT_TELL
