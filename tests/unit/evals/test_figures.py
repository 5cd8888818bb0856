"""Classes, numbers and graded scores of a run, over the cases that its dataset still holds as they were asked."""

import io
import math

import msgspec
from rich.console import Console

from plimsoll.datasets.case_line import hash_case
from plimsoll.evals import CaseResult, figures_of, render_figures
from plimsoll.records import Case, Score
from plimsoll.scorers import exact, label_matches, near_number

from unit.evals.samples import result, run_of


def case(place: int, **expected: object) -> Case:
    return Case(id=f"case-{place:03}", input={"text": str(place)}, expected=expected)


def scored(asked: Case, number: int, score: Score) -> CaseResult:
    return msgspec.structs.replace(result(number), case_hash=hash_case(asked), scores={score.name: score})


def labelled(*pairs: tuple[str, str]) -> tuple[list[Case], list[CaseResult]]:
    cases = [case(n, label=wanted) for n, (wanted, _) in enumerate(pairs)]
    scores = [
        Score(name="label_matches", value=float(given == wanted), passed=given == wanted, label=given)
        for wanted, given in pairs
    ]
    return cases, [scored(one, n, score) for n, (one, score) in enumerate(zip(cases, scores, strict=True))]


def test_classes_get_precision_recall_and_f1_with_what_is_missing_against_recall():
    cases, results = labelled(*[("a", "a")] * 8, ("a", "b"), ("a", ""), *[("b", "b")] * 10)
    (found,) = figures_of(run_of(results), cases, [label_matches]).labels
    of_a, of_b = found.figures.classes
    assert (of_a.precision, of_a.recall, of_a.cases, found.missing) == (1.0, 0.8, 10, 1)
    assert of_b.precision == 10 / 11
    assert found.figures.macro_f1.low < found.figures.macro_f1.estimate < 1


def test_numbers_get_mean_absolute_and_root_mean_square_errors():
    cases = [case(n, number=10) for n in range(4)]
    labels = ["11.0", "9.0", "13.0", ""]
    scores = [Score(name="near_number", value=0.0, passed=False, label=one) for one in labels]
    results = [scored(one, n, score) for n, (one, score) in enumerate(zip(cases, scores, strict=True))]
    (found,) = figures_of(run_of(results), cases, [near_number]).numbers
    assert math.isclose(found.mean_absolute_error.estimate, 5 / 3)
    assert math.isclose(found.root_mean_square_error.estimate, math.sqrt(11 / 3))
    assert (found.mean_absolute_error.n, found.missing) == (3, 1)


def test_a_graded_score_is_ranked_by_what_people_said():
    cases = [case(n, verdicts={"clear": n >= 5}) for n in range(10)]
    results = [scored(one, n, Score(name="clear", value=n / 10, passed=n > 6)) for n, one in enumerate(cases)]
    (found,) = figures_of(run_of(results), cases, []).areas
    assert (found.scorer, found.area.estimate, found.area.n) == ("clear", 1.0, 10)


def test_a_case_that_was_changed_since_counts_for_nothing_and_shows_nothing():
    cases, results = labelled(("a", "a"), ("b", "b"))
    changed = [msgspec.structs.replace(one, expected={"label": "c"}) for one in cases]
    found = figures_of(run_of(results), changed, [label_matches, exact])
    shown = io.StringIO()
    Console(file=shown).print(render_figures(found))
    assert (found.labels, found.numbers, found.areas, shown.getvalue().strip()) == ((), (), (), "")


def test_the_worst_classes_are_shown_first():
    cases, results = labelled(*[("good", "good")] * 9, *[("bad", "good")] * 5, ("bad", "bad"))
    shown = io.StringIO()
    Console(file=shown, width=100).print(render_figures(figures_of(run_of(results), cases, [label_matches])))
    text = shown.getvalue()
    assert "label_matches: macro F1" in text
    assert text.index("\nbad") < text.index("\ngood")
