"""Verdicts: what evidence has to show, and what happens without it."""

import pytest

from plimsoll.line import (
    Line,
    Observation,
    answered,
    decide,
    decide_line,
    error_rate,
    evidence_for,
    evidence_for_line,
)
from plimsoll.records import ErrorClass, Outcome, Verdict

HOLDS, FALLS_SHORT, CANNOT_TELL = Verdict.HOLDS, Verdict.FALLS_SHORT, Verdict.CANNOT_TELL


def observe(outcome: Outcome | None, times: int, *, error_class: ErrorClass | None = None) -> list[Observation]:
    return [Observation(outcome=outcome, error_class=error_class)] * times


@pytest.mark.parametrize(
    ("good", "bad", "verdict"),
    [(190, 10, HOLDS), (185, 15, CANNOT_TELL), (165, 35, FALLS_SHORT)],
)
def test_the_whole_interval_has_to_lie_on_one_side(good: int, bad: int, verdict: Verdict):
    observations = observe(Outcome.ANSWERED, good) + observe(Outcome.ABSTAINED, bad)
    bar = answered(at_least=0.9)
    assert decide(bar, evidence_for(bar, observations)).verdict is verdict


def test_no_data_never_holds_and_says_from_how_many_cases_it_could():
    bar = answered(at_least=0.9)
    decision = decide(bar, evidence_for(bar, []))
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
