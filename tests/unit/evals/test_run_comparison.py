"""Two runs case by case: what changed, how surely, on which cases, and what these cases could show at all."""

import json
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from plimsoll.evals import CaseResult, CaseStatus, EvalRun, Experiment, compare_cases, render_comparison
from plimsoll.line import Line, answered, error_rate, pass_rate
from plimsoll.records import ErrorClass, Outcome, Score, Verdict
from plimsoll.scorers import exact

from unit.evals.samples import result, run_of
from unit.evals.test_report import shown

LINE = Line(pass_rate(exact, at_least=0.5))


def run(failing: Sequence[int] = (), *, of: int = 100, **changes: object) -> EvalRun:
    made = run_of([result(number, passed=number not in failing) for number in range(of)])
    return replace(made, id=f"{sum(failing) + of:032x}", **changes)


def tagged(made: EvalRun, tags: dict[str, range]) -> EvalRun:
    def with_tags(one: CaseResult) -> CaseResult:
        return replace(one, tags=tuple(tag for tag, places in tags.items() if one.place in places))

    return replace(made, results=tuple(map(with_tags, made.results)))


def test_every_common_case_stands_in_exactly_one_group():
    found = compare_cases(run([1, 2]), run([2, 3, 4]), line=LINE)
    assert found.counts == {CaseStatus.REGRESSED: 2, CaseStatus.IMPROVED: 1, CaseStatus.UNCHANGED: 97}
    assert [(one.case_id, one.status.value) for one in found.cases] == [
        ("case-003", "regressed"),
        ("case-004", "regressed"),
        ("case-001", "improved"),
    ]
    assert (found.common, found.altered, found.only_baseline, found.only_candidate) == (100, 0, 0, 0)


def test_a_figure_says_was_is_the_interval_and_the_smallest_effect():
    figure = compare_cases(run([1, 2]), run([2, 3, 4]), line=LINE).figures[0]
    assert (figure.baseline, figure.candidate) == (0.98, 0.97)
    assert figure.difference.paired is not None
    assert (figure.difference.paired.discordant, figure.difference.unchanged) == (3, 97)
    assert figure.difference.paired.delta.low < -0.01 < figure.difference.paired.delta.high
    assert 0.04 < (figure.difference.smallest_effect or 0) < 0.12
    assert figure.decision is not None
    assert figure.decision.verdict is Verdict.CANNOT_TELL


def test_without_a_line_answers_and_scorers_are_compared_and_nothing_is_judged():
    found = compare_cases(run([1]), run([2]))
    assert [one.difference.name for one in found.figures] == ["answered", "exact"]
    assert [one.decision for one in found.figures] == [None, None]


def test_runs_without_a_common_case_say_so_and_invent_no_figure():
    other = replace(run(), results=tuple(replace(one, case_hash="other") for one in run().results))
    found = compare_cases(other, run(), line=LINE)
    assert (found.common, found.altered, found.cases, found.slices, found.beside) == (0, 100, (), (), ())
    assert all(one.difference.paired is None and one.baseline is None for one in found.figures)
    assert "nothing can be compared" in "\n".join(shown(render_comparison(found)))


def test_other_versions_are_compared_on_what_is_alike_and_the_rest_is_counted():
    found = compare_cases(run(of=110, dataset_version="v0"), run(of=100), line=LINE)
    assert (found.common, found.only_baseline, found.only_candidate) == (100, 10, 0)
    text = " ".join(shown(render_comparison(found)))
    assert "Not compared: 10 only in the baseline." in text
    assert "another version of the dataset" in text


def test_other_repeats_load_and_an_interrupted_candidate_are_said():
    twice = replace(run(), repeats=2, concurrency=8, is_complete=False)
    notes = " ".join(compare_cases(run(), twice, line=LINE).notes)
    assert "asked 2 times here and once there" in notes
    assert "8 at once here and 1 there: their latencies cannot be compared" in notes
    assert "The candidate was interrupted" in notes


def test_repeats_that_disagree_are_flaky_and_what_was_lost_is_missing():
    lost = replace(result(0), outcome=Outcome.FAILED, error_class=ErrorClass.INFRASTRUCTURE, scores={})
    again = [result(1, passed=False), replace(result(1, repeat=1), trace_id="f" * 32)]
    candidate = run_of([lost, *again, *(result(number) for number in range(2, 20))], repeats=2)
    found = compare_cases(run(of=20), candidate, line=LINE)
    assert [(one.case_id, one.status.value) for one in found.cases] == [
        ("case-001", "flaky"),
        ("case-000", "missing"),
    ]
    assert found.cases[0].after.trace_ids == (f"{1:032x}", "f" * 32)
    assert CaseStatus.REGRESSED not in found.counts


def test_errors_are_turned_so_that_better_is_always_up():
    line = Line(error_rate(at_most=0.5))
    bad = [replace(one, outcome=Outcome.FAILED, error_class=ErrorClass.MODEL) for one in run().results[:30]]
    found = compare_cases(run(), replace(run(), results=(*bad, *run().results[30:])), line=line)
    assert found.figures[0].decision is not None
    assert found.figures[0].decision.verdict is Verdict.FALLS_SHORT
    [figure, *_] = found.figures
    assert (figure.baseline, figure.candidate) == (0.0, pytest.approx(0.3)), "shown as the rate of errors that it is"
    assert figure.difference.paired is not None
    assert figure.difference.paired.delta.estimate == pytest.approx(-0.3)
    change = found.cases[0].changes[0]
    assert (change.status, change.before, change.after) == (CaseStatus.REGRESSED, 0.0, 1.0)


def test_equal_configurations_say_whether_the_documents_changed():
    def noted(then: dict[str, str], now: dict[str, str]) -> str:
        before, after = (run(config_hash="c", experiment=Experiment(knowledge=one)) for one in (then, now))
        return compare_cases(before, after).notes[-1].partition(": ")[2]

    assert noted({"docs": "1"}, {"docs": "1"}) == "what differs is chance."
    assert noted({"docs": "1"}, {"docs": "2"}) == "what differs is chance, or the documents, which changed."
    assert noted({}, {"docs": "2"}) == "what differs is chance, or the documents."


def test_the_tag_that_got_worse_comes_first_and_chance_is_not_marked():
    tags = {"refunds": range(40), "short": range(20, 120), "other": range(120, 200)}
    found = compare_cases(tagged(run(of=200), tags), tagged(run(range(0, 40, 2), of=200), tags), line=LINE)
    assert (found.slices[0].tag, found.slices[0].paired.delta.estimate) == ("refunds", -0.5)
    beyond = {one.tag for one in found.slices if one.is_beyond_chance(0.95)}
    assert beyond == {"refunds", "short"}


def test_tags_of_two_equal_features_rarely_hold_a_false_finding():
    rng = np.random.default_rng(5)
    found = 0
    tags = {f"tag-{n}": range(n * 30, n * 30 + 30) for n in range(20)}
    for _ in range(40):
        first, second = (tagged(run(np.flatnonzero(rng.random(600) < 0.2).tolist(), of=600), tags) for _ in "ab")
        found += any(one.is_beyond_chance(0.95) for one in compare_cases(first, second, line=LINE).slices)
    assert found <= 6  # at most 5 % of comparisons, and chance


def test_the_smallest_effect_is_shown_in_about_four_runs_of_five():
    rng = np.random.default_rng(11)
    n, seen = 200, 0
    before = run(np.flatnonzero(rng.random(n) < 0.3).tolist(), of=n)
    effect = compare_cases(before, _flip(before, rng, effect=0.0), line=LINE).figures[0].difference.smallest_effect or 0
    for _ in range(200):
        paired = compare_cases(before, _flip(before, rng, effect=effect), line=Line(answered(at_least=0))).figures[1]
        assert paired.difference.paired is not None
        seen += paired.difference.paired.delta.low > 0
    assert 0.68 <= seen / 200 <= 0.92


def _flip(made: EvalRun, rng: np.random.Generator, *, effect: float, share: float = 0.2) -> EvalRun:
    """Change about `share` of the cases, so that `effect` more of all are gained than lost."""
    passed = np.array([bool(one.value_of("exact")) for one in made.results])
    gain = (share + effect) / 2 / (1 - passed.mean())
    loss = (share - effect) / 2 / passed.mean()
    drawn = rng.random(len(passed))
    results = [
        result(at, passed=one ^ bool(drawn[at] < (loss if one else gain))) for at, one in enumerate(passed.tolist())
    ]
    return replace(made, id=f"{int(rng.integers(1 << 60)):032x}", results=tuple(results))


def test_latency_and_cost_stand_beside_with_an_interval_and_no_verdict():
    slower = replace(run(), results=tuple(replace(one, latency_ms=20.0 + one.place % 3) for one in run().results))
    latency, cost = compare_cases(run(), slower, line=LINE).beside
    assert (latency.name, latency.unit, latency.n, latency.baseline) == ("latency", "s", 100, pytest.approx(0.01))
    assert latency.delta is not None
    assert 0.01 < latency.delta.low < latency.delta.estimate < latency.delta.high < 0.012
    assert cost.delta is not None
    assert (cost.delta.low, cost.delta.high) == (0.0, 0.0)
    few = compare_cases(run(of=5), run(of=5), line=LINE).beside
    assert [one.delta for one in few] == [None, None]


def test_no_line_of_the_report_is_wider_than_a_hundred_columns_and_hostile_names_steer_nothing():
    name = "[red]" + "x" * 80
    scores = {name: Score(name=name, value=1.0, passed=True)}
    odd = [
        replace(one, case_id=f"{one.case_id}[/]{'y' * 90}", scores=scores, tags=("[bold]" * 9,))
        for one in run().results
    ]
    before = replace(run(), results=tuple(odd), model="m" * 90)
    worse = {name: Score(name=name, value=0.0, passed=False)}
    after = replace(before, results=tuple(replace(one, scores=worse) for one in odd))
    lines = shown(render_comparison(compare_cases(before, after)))
    assert max(map(len, lines)) <= 100
    assert "[red]" in "\n".join(lines)


def test_a_comparison_is_one_json_object():
    found = compare_cases(run([1]), run([2]), line=LINE)
    text = json.dumps(msgspec.to_builtins(found, str_keys=True))
    assert json.loads(text)["counts"]["regressed"] == 1
