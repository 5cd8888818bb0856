"""The gate: bars, comparisons with a baseline, and what a reader has to know."""

from msgspec.structs import replace

from plimsoll.evals import compare_runs, gate_run
from plimsoll.line import Line, answered, error_rate, latency, pass_rate
from plimsoll.records import ErrorClass, Outcome, Verdict
from plimsoll.scorers import exact

from unit.evals.samples import result, run_of

LINE = Line(pass_rate(exact, at_least=0.5))
HOLDS, FALLS_SHORT, CANNOT_TELL = Verdict.HOLDS, Verdict.FALLS_SHORT, Verdict.CANNOT_TELL
GOOD = [result(number) for number in range(300)]


def failing(*numbers: int, of: int = 300):
    return [result(number, passed=number not in numbers) for number in range(of)]


def test_a_run_is_held_against_its_line():
    report = gate_run(LINE, run_of(GOOD))
    assert (report.verdict, report.exit_code, report.more_cases) == (HOLDS, 0, None)
    assert (report.comparisons, report.undecided) == ((), ())


def test_too_few_cases_cannot_tell_and_say_how_many_are_missing():
    report = gate_run(LINE, run_of(GOOD[:3]))
    assert (report.verdict, report.exit_code, report.undecided) == (CANNOT_TELL, 3, ("pass_rate(exact)",))
    assert report.more_cases is not None
    assert gate_run(Line(*LINE.bars, undecided="warn"), run_of(GOOD[:3])).exit_code == 0


def test_an_interrupted_run_cannot_hold_but_can_fall_short():
    report = gate_run(LINE, run_of(GOOD, is_complete=False))
    assert (report.verdict, report.exit_code) == (CANNOT_TELL, 3)
    assert "interrupted" in report.reason
    assert report.notes == ("The run was interrupted after 300 of 300 requests.",)
    assert gate_run(LINE, run_of(failing(*range(290)), is_complete=False)).verdict is FALLS_SHORT


def test_the_same_results_are_not_worse():
    report = gate_run(LINE, run_of(GOOD), run_of(GOOD))
    assert (report.verdict, report.reason) == (HOLDS, "The bar holds. It is not worse than the baseline.")


def test_a_regression_falls_short_and_names_its_cases():
    report = gate_run(LINE, run_of(failing(*range(40))), run_of(failing(299)))
    (comparison,) = report.comparisons
    assert (report.verdict, report.exit_code) == (FALLS_SHORT, 1)
    assert report.reason == "pass_rate(exact) against the baseline: falls short."
    assert comparison.difference.regressed == tuple(f"case-{number:03}" for number in range(40))
    assert comparison.difference.improved == ("case-299",)


def test_what_infrastructure_lost_is_missing_and_no_regression():
    lost = [replace(one, outcome=Outcome.FAILED, error_class=ErrorClass.INFRASTRUCTURE, scores={}) for one in GOOD[:40]]
    line = Line(error_rate(at_most=0.5), answered(at_least=0.5))
    comparisons = compare_runs(line, run_of([*lost, *GOOD[40:]]), run_of(GOOD))
    assert [one.difference.missing for one in comparisons] == [40, 40]
    assert [one.difference.regressed for one in comparisons] == [(), ()]
    assert [one.decision.verdict for one in comparisons] == [CANNOT_TELL, CANNOT_TELL]


def test_errors_count_against_the_candidate():
    failed = [replace(one, outcome=Outcome.FAILED, error_class=ErrorClass.MODEL, scores={}) for one in GOOD[:40]]
    (comparison,) = compare_runs(Line(error_rate(at_most=0.5)), run_of([*failed, *GOOD[40:]]), run_of(GOOD))
    assert comparison.decision.verdict is FALLS_SHORT
    assert len(comparison.difference.regressed) == 40


def test_repeats_that_disagree_are_flaky_and_not_regressed():
    repeats = [result(number, repeat=turn, passed=number > 0 or turn == 0) for turn in (0, 1) for number in range(300)]
    stable = [result(number, repeat=turn) for turn in (0, 1) for number in range(300)]
    (comparison,) = compare_runs(LINE, run_of(repeats, repeats=2), run_of(stable, repeats=2))
    assert (comparison.difference.flaky, comparison.difference.regressed) == (("case-000",), ())
    assert comparison.difference.paired is not None
    assert comparison.difference.paired.delta.n == 300


def test_only_cases_that_both_have_alike_are_compared():
    changed = [*GOOD[:250], *(result(number, content="other") for number in range(250, 320))]
    report = gate_run(LINE, run_of(changed, version="v2"), run_of(GOOD))
    (comparison,) = report.comparisons
    assert comparison.difference.paired is not None
    assert comparison.difference.paired.delta.n == 250
    assert "compared are the 250 cases that both have alike, of 320 here and 300 there" in report.notes[0]


def test_latency_measured_under_load_is_noted():
    report = gate_run(Line(latency(p95_seconds=1)), replace(run_of(GOOD), concurrency=4))
    assert report.notes == ("Latency was measured with 4 requests at once; a gate measures one at a time.",)


def test_clusters_make_a_comparison_less_sure():
    def clustered(passes: list[bool]):
        return run_of([replace(result(at, passed=ok), cluster=f"d{at % 5}") for at, ok in enumerate(passes)])

    before, after = [True] * 300, [at % 5 != 0 for at in range(300)]
    plain = compare_runs(LINE, run_of([result(at, passed=ok) for at, ok in enumerate(after)]), run_of(GOOD))
    (comparison,) = compare_runs(LINE, clustered(after), clustered(before))
    assert plain[0].decision.verdict is FALLS_SHORT
    assert comparison.decision.verdict is CANNOT_TELL
