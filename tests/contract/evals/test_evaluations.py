"""Runs, kept: the same on SQLite and on PostgreSQL."""

import msgspec
import pytest
from msgspec.structs import replace

from plimsoll.errors import InvalidRequest, NotFound
from plimsoll.evals import EvalRun, Evaluations
from plimsoll.records import ErrorClass, Outcome, Score, SystemClock, new_id
from plimsoll.store import Store

from unit.evals.samples import NOON, result, run_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def evaluations(store: Store) -> Evaluations:
    return Evaluations(store, SystemClock())


def a_run(*, feature: str = "docs_answer", is_complete: bool = True) -> EvalRun:
    score = Score(name="exact", value=None, by="exact", reason="It is “odd”.", case_id="case-001", at=NOON)
    odd = msgspec.structs.replace(
        result(1),
        scores={"exact": score},
        inapplicable=frozenset({"grounded", "other"}),
        tags=("a", "b"),
        cluster="d1",
        outcome=Outcome.FAILED,
        error_class=ErrorClass.MODEL,
        cost_usd=None,
        message="It broke.",
    )
    run = run_of([result(0), odd, result(0, repeat=1)], repeats=2, is_complete=is_complete)
    return replace(run, id=new_id(SystemClock()), feature=feature, revision="a" * 40, config_hash="b" * 64)


async def test_a_run_is_kept_whole_and_found_by_id_and_by_its_beginning(evaluations: Evaluations):
    run = a_run()
    await evaluations.save(run)
    await evaluations.save(run)
    assert await evaluations.get(run.id) == run
    assert await evaluations.get(run.id[:20]) == run


async def test_a_run_that_was_begun_keeps_each_result_and_counts_as_interrupted_until_it_ends(evaluations: Evaluations):
    run = a_run()
    await evaluations.begin(run)
    await evaluations.add(run.id, run.results[:1])
    kept = await evaluations.get(run.id)
    assert (kept.results, kept.is_complete, kept.ended_at) == (run.results[:1], False, None)
    await evaluations.add(run.id, run.results[:2])
    await evaluations.add(run.id, run.results[2:])
    await evaluations.finish(run)
    assert await evaluations.get(run.id) == run


async def test_the_latest_run_is_the_newest_complete_one_of_the_feature(evaluations: Evaluations):
    first, second = a_run(), a_run(is_complete=False)
    for run in (first, second, a_run(feature="another")):
        await evaluations.save(run)
    assert await evaluations.latest("docs_answer") == first
    assert await evaluations.latest("nothing") is None


async def test_runs_are_listed_newest_first_without_their_results(evaluations: Evaluations):
    runs = [replace(a_run(), id=f"{number:032x}") for number in range(3)]
    for run in runs:
        await evaluations.save(run)
    listed = await evaluations.list("docs_answer", limit=2)
    assert listed == tuple(replace(run, results=()) for run in (runs[2], runs[1]))
    assert len(await evaluations.list()) == 3


async def test_an_unknown_a_short_and_an_ambiguous_id_each_say_what_to_do(evaluations: Evaluations):
    for number in range(2):
        await evaluations.save(replace(a_run(), id=f"abcdef{number:026x}"))
    with pytest.raises(NotFound, match="There is no run '012345'"):
        await evaluations.get("012345")
    with pytest.raises(InvalidRequest, match="'abc' is not the id of a run"):
        await evaluations.get("abc")
    with pytest.raises(InvalidRequest, match="Several runs begin with 'abcdef'"):
        await evaluations.get("abcdef")
