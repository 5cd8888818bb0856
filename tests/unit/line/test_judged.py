"""A bar that asks for it reads what people would find behind a judge; without its errors it cannot tell."""

import numpy as np
import pytest

from plimsoll.errors import InvalidFeature
from plimsoll.line import Bar, JudgeErrors, Observation, decide, evidence_for, pass_rate
from plimsoll.records import Decision, Outcome, Score, ScoreSource, Verdict
from plimsoll.scorers import Judge, exact
from plimsoll.stats import JudgedCounts

JUDGE = Judge("is_polite", prompt="polite.md")
LENIENT = JudgedCounts(true_pass=190, false_fail=10, true_fail=120, false_pass=80)


def errors(counts: JudgedCounts = LENIENT, *, version: str = "v1", is_drawn: bool = False) -> JudgeErrors:
    return JudgeErrors(judge="is_polite", version=version, counts=counts, is_drawn=is_drawn)


def ruled(passes: int, n: int, *, version: str = "v1", missing: int = 0) -> list[Observation]:
    values = [1.0] * passes + [0.0] * (n - passes) + [None] * missing
    scores = [
        Score(name="is_polite", value=one, passed=None if one is None else one > 0, source=ScoreSource.MODEL,
              version=version)
        for one in values
    ]  # fmt: skip
    return [Observation(outcome=Outcome.ANSWERED, scores={"is_polite": score}) for score in scores]


def bar(at_least: float) -> Bar:
    return pass_rate(JUDGE, at_least=at_least, calibrated=True)


def said(demanded: Bar, observations: list[Observation], *known: JudgeErrors) -> Decision:
    return decide(demanded, evidence_for(demanded, observations, judges=known))


def test_a_lenient_judge_holds_the_plain_bar_and_falls_short_of_the_corrected_one():
    observations = ruled(850, 1_000)
    plain = pass_rate(JUDGE, at_least=0.8)
    assert said(plain, observations).verdict is Verdict.HOLDS
    corrected = said(bar(0.95), observations, errors())
    assert corrected.verdict is Verdict.FALLS_SHORT
    assert "0.818" in corrected.reason
    assert "0.85 by the judge itself, corrected by 400 labels" in corrected.reason


def test_the_corrected_bar_holds_where_the_whole_corrected_interval_does():
    assert said(bar(0.7), ruled(930, 1_000), errors()).verdict is Verdict.HOLDS


def test_a_judge_that_nobody_calibrated_cannot_tell_and_says_the_next_command():
    decision = said(bar(0.5), ruled(100, 100))
    assert decision.verdict is Verdict.CANNOT_TELL
    assert "'is_polite' is uncalibrated: `plimsoll evals calibrate is_polite DATASET`" in decision.reason


def test_another_version_and_two_versions_at_once_are_uncalibrated():
    mixed = [*ruled(50, 50), *ruled(50, 50, version="v2")]
    for observations in (ruled(100, 100, version="v2"), ruled(100, 100, version=""), mixed):
        assert said(bar(0.5), observations, errors()).verdict is Verdict.CANNOT_TELL


def test_a_judge_that_tells_nothing_apart_leaves_everything_open():
    coin = JudgedCounts(true_pass=50, false_fail=50, true_fail=50, false_pass=50)
    seen = evidence_for(bar(0.5), ruled(100, 100), judges=[errors(coin)])
    assert seen.interval is not None
    assert (seen.interval.low, seen.interval.high) == (0.0, 1.0)


def test_rulings_that_are_missing_widen_the_corrected_interval_to_worst_and_best():
    whole = evidence_for(bar(0.5), ruled(80, 100), judges=[errors()]).interval
    gappy = evidence_for(bar(0.5), ruled(80, 100, missing=20), judges=[errors()]).interval
    assert whole is not None
    assert gappy is not None
    assert gappy.low < whole.low
    assert gappy.high > whole.high


def test_labels_drawn_from_the_answers_are_corrected_by_prediction_power():
    drawn = evidence_for(bar(0.5), ruled(850, 1_000), judges=[errors(is_drawn=True)]).interval
    elsewhere = evidence_for(bar(0.5), ruled(850, 1_000), judges=[errors()]).interval
    assert drawn is not None
    assert elsewhere is not None
    assert drawn != elsewhere
    assert 0.0 <= drawn.low < drawn.estimate < drawn.high <= 1.0


def test_where_labels_are_what_is_missing_no_number_of_cases_is_promised():
    few = JudgedCounts(true_pass=9, false_fail=1, true_fail=8, false_pass=2)
    assert evidence_for(bar(0.8), ruled(850, 1_000), judges=[errors(few)]).more_cases is None
    assert (evidence_for(bar(0.7), ruled(45, 50), judges=[errors()]).more_cases or 0) > 0


def test_a_scorer_that_asks_no_model_has_nothing_to_calibrate():
    with pytest.raises(InvalidFeature, match="'exact' asks no model"):
        pass_rate(exact, at_least=0.9, calibrated=True)


def test_verdicts_at_the_bar_itself_are_rarely_wrong():
    rng, wrong = np.random.default_rng(20251), 0
    for _ in range(300):
        tp, tn = int(rng.binomial(100, 0.95)), int(rng.binomial(100, 0.8))
        counts = JudgedCounts(true_pass=tp, false_fail=100 - tp, true_fail=tn, false_pass=100 - tn)
        passes = int(rng.binomial(400, 0.8 * 0.95 + 0.2 * 0.2))
        decision = said(bar(0.8), ruled(passes, 400), errors(counts))
        wrong += decision.verdict is not Verdict.CANNOT_TELL
    assert wrong <= 30  # 5 % nominal over both sides: 15 of 300
