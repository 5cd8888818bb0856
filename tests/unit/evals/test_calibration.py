"""What is known of a judge: found for the version that ruled, compared with what it said before, shown in words."""

import io
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from rich.console import Console

from plimsoll.evals import (
    Calibration,
    EvalRun,
    LabelledRuling,
    compare_calibrations,
    describe_score,
    find_anchors,
    gate_run,
    rate_judges,
    render_drift,
    render_judges,
    stand,
)
from plimsoll.evals.calibration.calibration import summarise_rulings
from plimsoll.line import Line, pass_rate
from plimsoll.records import Score, ScoreSource, Verdict
from plimsoll.scorers import Judge

from unit.evals.samples import NOON, result, run_of

RIGHT = [(True, True)] * 40 + [(False, False)] * 40


def calibration(
    pairs: Sequence[tuple[bool, bool | None]], *, version: str = "v1", place: int = 1, content: str = "h"
) -> Calibration:
    rulings = tuple(
        LabelledRuling(case_id=f"c{n}", case_hash=content, label=label, passed=passed)
        for n, (label, passed) in enumerate(pairs)
    )
    figures = summarise_rulings(rulings)
    return Calibration(
        id=f"{place:032x}", judge="is_polite", version=version, model="default", dataset="labelled",
        dataset_version="1", missing=sum(one.passed is None for one in rulings), rulings=rulings, disagreements=(),
        at=NOON + timedelta(days=place), **msgspec.structs.asdict(figures),
    )  # fmt: skip


def judged_run(version: str = "v1") -> EvalRun:
    score = Score(name="is_polite", value=1.0, passed=True, source=ScoreSource.MODEL, version=version)
    return run_of([msgspec.structs.replace(result(n), scores={"is_polite": score}) for n in range(60)])


def test_a_rate_is_corrected_by_the_calibration_of_the_version_that_ruled():
    (rate,) = rate_judges(judged_run(), [calibration(RIGHT, version="v2", place=2), calibration(RIGHT)])
    assert rate.calibration is not None
    assert rate.calibration.version == "v1"
    assert "calibrated κ=1.00 of 2025-03-02 on 80 labels; it passed 1.000 of 60" in rate.describe()


def test_the_rate_of_a_judge_of_pairs_says_how_often_the_order_decided():
    scores = [Score(name="is_better", value=None, label="always the first", source=ScoreSource.MODEL, version="v1")]
    scores += [Score(name="is_better", value=1.0, passed=True, label="win", source=ScoreSource.MODEL, version="v1")] * 3
    run = run_of([msgspec.structs.replace(result(n), scores={"is_better": score}) for n, score in enumerate(scores)])
    (rate,) = rate_judges(run, [])
    assert "The order of the answers decided 1 of 4 pairs (0.25" in rate.describe()


def test_a_rate_of_another_version_is_shown_as_uncalibrated_with_the_command():
    (rate,) = rate_judges(judged_run("v9"), [calibration(RIGHT)])
    assert rate.corrected is None
    assert rate.describe() == "is_polite: uncalibrated; `plimsoll evals calibrate is_polite DATASET` tells its errors."


def test_the_gate_notes_what_each_judge_is_worth_and_cannot_tell_where_calibration_is_demanded():
    line = Line(pass_rate(Judge("is_polite", prompt="p.md"), at_least=0.8, calibrated=True))
    without = gate_run(line, judged_run())
    known = gate_run(line, judged_run(), calibrations=[calibration(RIGHT)])
    assert (without.verdict, without.exit_code, known.verdict) == (Verdict.CANNOT_TELL, 3, Verdict.HOLDS)
    assert "uncalibrated" in without.notes[-1]
    assert known.judges[0].corrected is not None


def test_a_judge_that_rules_as_before_holds_and_flips_nothing():
    drift = compare_calibrations(calibration(RIGHT), calibration(RIGHT, place=2), margin=0.05)
    assert (drift.flipped, drift.anchors, drift.decision.verdict) == ((), 80, Verdict.HOLDS)


def test_a_judge_that_agrees_more_rarely_falls_short_and_names_the_cases():
    worse = [(True, False)] * 20 + RIGHT[20:]
    drift = compare_calibrations(calibration(RIGHT), calibration(worse, place=2))
    assert drift.decision.verdict is Verdict.FALLS_SHORT
    assert drift.flipped[:2] == ("c0", "c1")
    assert drift.kappa_delta is not None
    assert drift.kappa_delta.high < 0
    shown = io.StringIO()
    Console(width=110, file=shown).print(render_drift(drift))
    assert "20 of 80 rulings flipped: c0, c1" in shown.getvalue()


def test_answers_that_were_changed_or_not_ruled_on_are_no_anchors():
    now = calibration([(True, None), *RIGHT[1:]], place=2)
    assert compare_calibrations(calibration(RIGHT), now).missing == 1
    assert find_anchors(now, [calibration(RIGHT, content="other")]) is None


def test_anchors_are_the_oldest_of_the_same_version_since_slow_drift_adds_up():
    now = calibration(RIGHT, place=9)
    kept = [calibration(RIGHT, version="v2", place=5), calibration(RIGHT, place=3), calibration(RIGHT, place=2)]
    assert find_anchors(now, kept) == kept[-1]
    assert find_anchors(calibration(RIGHT, version="v7", place=9), kept) == kept[0]


def test_a_judge_whose_rubric_changed_is_listed_as_uncalibrated_with_its_history():
    kept = (calibration(RIGHT),)
    changed = stand("is_polite", kept, version="v2", model="m", features=("docs_answer",))
    assert changed.current is None
    shown = io.StringIO()
    Console(width=140, file=shown).print(render_judges([changed]))
    assert "uncalibrated since its rubric, model or scale changed" in shown.getvalue()
    assert "another rubric, model or scale" in shown.getvalue()


def test_a_score_of_a_trace_says_what_it_is_worth_and_code_says_nothing_of_it():
    score = Score(name="is_polite", value=0.0, passed=False, source=ScoreSource.MODEL, version="v1", reason="Rude.")
    assert describe_score(score, [calibration(RIGHT)]) == (
        "is_polite 0.00, failed (calibrated κ=1.00 of 2025-03-02 on 80 labels): Rude."
    )
    assert "(uncalibrated)" in describe_score(score, [])
    assert describe_score(Score(name="exact", value=None), []) == "exact could not tell"
