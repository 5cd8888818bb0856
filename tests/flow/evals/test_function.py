"""Any async function, evaluated without a project: kept in a file, gone on with, and held to what it began with."""

import asyncio
from pathlib import Path

import pytest
from pydantic import BaseModel

from plimsoll import Case, Sample, evaluate_function
from plimsoll.errors import InvalidDataset, InvalidFeature, InvalidRequest
from plimsoll.evals import CaseFunction, Keeping, RunProgress, RunSettings
from plimsoll.records import ErrorClass, Outcome
from plimsoll.scorers import contains_expected, exact, scorer

pytestmark = pytest.mark.anyio
CASES = [Case(id=f"c{n}", input={"text": f"number {n}"}, expected={"exact": f"number {n}"}) for n in range(200)]


class Said(BaseModel):
    """A product's own reply."""

    answer: str


async def echo(asked: dict[str, object]) -> Said:
    await asyncio.sleep(0)
    return Said(answer=str(asked["text"]))


async def test_a_function_is_called_for_every_case_and_scored():
    told: list[RunProgress] = []
    settings = RunSettings(concurrency=8, repeats=2)
    run = await evaluate_function(echo, CASES, scorers=[exact], settings=settings, progress=told.append)
    assert (run.feature, run.experiment.target, run.is_complete) == ("echo", "function", True)
    assert len(run.results) == len(told) == 400
    assert {one.value_of("exact") for one in run.results} == {1.0}
    assert run.cost_usd is None, "nobody said what it costs, and that is not free"


async def test_what_a_function_may_return_and_what_it_must_not():
    whole = Sample(input={}, output={"answer": "x"}, outcome=Outcome.DEGRADED, cost_usd=0.5)
    said: dict[str, object] = {"text": "x", "number": 3, "none": None, "sample": whole, "set": {"x"}}

    async def say(asked: dict[str, object]) -> str:
        return said[str(asked["text"])]  # pyright: ignore[reportReturnType]

    cases = [Case(id=name, input={"text": name}) for name in said]
    text, number, none, sample, wrong = (await evaluate_function(say, cases, scorers=[exact])).results
    assert [one.outcome for one in (text, number, none)] == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABSTAINED]
    assert (sample.outcome, sample.cost_usd) == (Outcome.DEGRADED, 0.5)
    assert (wrong.outcome, wrong.error_class) == (Outcome.FAILED, ErrorClass.MODEL)
    assert "it returned a set" in wrong.message


async def break_off(function: CaseFunction, keeping: Keeping, *, after: int) -> str:
    """Begin a run, cancel it after so many cases, and return its id."""
    told: list[RunProgress] = []

    def note(progress: RunProgress) -> None:
        told.append(progress)
        if progress.done == after:
            running.cancel()

    running = asyncio.create_task(evaluate_function(function, CASES, scorers=[exact], keeping=keeping, progress=note))
    with pytest.raises(asyncio.CancelledError):
        await running
    return told[0].run_id


async def test_a_run_that_broke_off_goes_on_and_calls_no_finished_case_again(tmp_path: Path):
    called: list[object] = []

    async def count(asked: dict[str, object]) -> str:
        called.append(asked["text"])
        await asyncio.sleep(0)
        return str(asked["text"])

    file = tmp_path / "runs.db"
    again = Keeping(file=file, resume=await break_off(count, Keeping(file=file), after=150))
    before = len(called)
    with pytest.raises(InvalidRequest, match="the scorer 'contains_expected' was not asked before"):
        await evaluate_function(count, CASES, scorers=[exact, contains_expected], keeping=again)
    run = await evaluate_function(count, CASES, scorers=[exact], keeping=again)
    assert (before in {150, 151}, run.is_complete, len(run.results)) == (True, True, 200)
    assert len(called) == 200 + before - 150


async def test_a_function_that_is_cancelled_from_within_is_missing_and_the_run_goes_on():
    async def cancel(asked: dict[str, object]) -> str:
        if asked["text"] == "number 1":
            raise asyncio.CancelledError
        return str(asked["text"])

    run = await evaluate_function(cancel, CASES[:3], scorers=[exact])
    assert [one.error_class for one in run.results] == [None, ErrorClass.INFRASTRUCTURE, None]


async def test_a_run_whose_scorer_is_cancelled_from_within_is_not_complete():
    @scorer
    async def cancels(_case: Case, _sample: Sample) -> float:
        raise asyncio.CancelledError

    run = await evaluate_function(echo, CASES[:3], scorers=[cancels])
    assert (run.is_complete, run.stop_reason) == (False, "A scorer or the target was cancelled from within.")


async def test_what_cannot_be_evaluated_is_refused():
    with pytest.raises(InvalidFeature, match="is not an async function"):
        await evaluate_function(len, CASES, scorers=[exact])  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidDataset, match="There is no case for 'echo'"):
        await evaluate_function(echo, [], scorers=[exact])
    with pytest.raises(InvalidDataset, match="1 of the cases have an id that another one has"):
        await evaluate_function(echo, [CASES[0], CASES[0]], scorers=[exact])
