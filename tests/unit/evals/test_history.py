"""Runs over time: what was different is named, what it did is measured on the same cases."""

from datetime import timedelta

from msgspec.structs import replace

from plimsoll.evals import EvalRun, Experiment, describe_run, render_history, trace_history
from plimsoll.line import Line, pass_rate
from plimsoll.scorers import exact

from unit.evals.samples import NOON, result, run_of

LINE = Line(pass_rate(exact, at_least=0.5))
MADE = Experiment(
    prompt="prompts/a.md",
    prompt_hash="a" * 64,
    alias="default",
    parameters={"temperature": 0.2},
    parts={"prompt": "1", "model": "1", "retrieval": "1"},
    environment={"python": "3.11.7"},
    is_dirty=False,
)


def run(number: int, *, passing: int, made: Experiment = MADE, is_complete: bool = True) -> EvalRun:
    """Return a run of twenty cases of which the first so many pass."""
    kept = run_of([result(place, passed=place < passing) for place in range(20)], is_complete=is_complete)
    ids = {"id": f"{number:032x}", "started_at": NOON + timedelta(hours=number)}
    return replace(kept, **ids, experiment=made, revision="c" * 40, scorers={"exact": "1"})


def test_a_change_is_named_and_what_it_did_is_measured_on_the_same_cases():
    changed = replace(
        MADE,
        prompt_hash="b" * 64,
        parameters={"temperature": 0.7},
        parts={"prompt": "2", "model": "1", "retrieval": "2"},
        environment={"python": "3.12.1"},
        is_dirty=True,
    )
    newest, oldest = trace_history([run(1, passing=5), run(2, passing=15, made=changed)], LINE)
    assert (oldest.compared_with, oldest.changed, oldest.effects) == ("", (), ())
    assert newest.changed == (
        "prompts/a.md aaaaaaaa → bbbbbbbb",
        "temperature 0.2 → 0.7",
        "retrieval of the feature",
        "code cccccccc → cccccccc with changes that were not committed",
        "python 3.11.7 → 3.12.1",
    )
    (effect,) = [one for one in newest.effects if one.name == "pass_rate(exact)"]
    assert effect.delta is not None
    assert (effect.n, effect.delta.estimate, effect.delta.low > 0) == (20, 0.5, True)


def test_an_interrupted_run_is_shown_and_nothing_is_compared_with_it():
    runs = [run(1, passing=5), run(2, passing=0, is_complete=False), run(3, passing=5)]
    newest, interrupted, oldest = trace_history(runs, LINE)
    assert interrupted.compared_with == ""
    assert newest.compared_with == oldest.run_id
    assert newest.changed == ()


def test_another_model_another_dataset_and_other_scorers_are_changes():
    after = replace(
        run(2, passing=5),
        model="scripted/two",
        dataset_version="v2",
        scorers={"exact": "2", "grounded": "1"},
        repeats=3,
        concurrency=4,
        experiment=replace(MADE, answered_by=("scripted/two-2025-05",)),
    )
    (entry, _) = trace_history([replace(run(1, passing=5), experiment=replace(MADE, answered_by=("s/one",))), after])
    assert entry.changed == (
        "model scripted/one → scripted/two",
        "answered by s/one → scripted/two-2025-05",
        "dataset version v1 → v2",
        "scorer exact changed",
        "scorer grounded new",
        "repeats 1 → 3",
        "requests at once 1 → 4",
    )


def test_other_documents_are_a_change_and_unrecorded_ones_are_none():
    told, other = replace(MADE, knowledge={"docs": "1"}), replace(MADE, knowledge={"docs": "2"})
    runs = [run(number, passing=5, made=made) for number, made in enumerate((MADE, told, other, other), 1)]
    assert [entry.changed for entry in reversed(trace_history(runs))] == [(), (), ("documents of docs",), ()]


def test_a_run_from_before_all_this_was_recorded_shows_no_invented_change():
    before = replace(run(1, passing=5), experiment=Experiment(), scorers={})
    entry, _ = trace_history([before, run(2, passing=5)], LINE)
    assert entry.changed == ()


def test_two_runs_of_uncommitted_code_may_differ_in_it():
    dirty = replace(MADE, is_dirty=True)
    entry, _ = trace_history([run(1, passing=5, made=dirty), run(2, passing=5, made=dirty)], LINE)
    assert entry.changed == ("code perhaps: cccccccc with changes that were not committed both times",)


def test_what_a_run_was_made_with_is_told_in_lines():
    told = list(describe_run(run(1, passing=5)))
    assert "prompt: prompts/a.md aaaaaaaaaaaa" in told
    assert "model: scripted/one (asked for as default)" in told
    assert not [line for line in told if line.startswith(("variant", "stopped", "answered by"))]
    assert render_history("docs_answer", trace_history([run(1, passing=5)], LINE)).renderables
