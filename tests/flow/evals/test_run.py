"""Running a dataset: progress, repeats, bounded concurrency, refused inputs, and an interruption that loses nothing."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import BaseModel

from plimsoll.datasets import Dataset, load_dataset
from plimsoll.errors import InvalidFeature, InvalidRequest
from plimsoll.evals import (
    Evaluations,
    RunProgress,
    RunSettings,
    gate_run,
    run_dataset,
)
from plimsoll.features import Answer, Feature, Question, Result
from plimsoll.line import Line, answered, pass_rate
from plimsoll.records import ErrorClass, Outcome, Principal, SystemClock, Verdict, new_id
from plimsoll.scorers import contains_expected, exact, scorer

from contract.store.databases import opened

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()
DEADLINE = 10
In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)


class Counting:
    """A runtime that answers with the question, counts what runs at once, and can be told to wait or to fail."""

    def __init__(self, before: Callable[[int], object] = lambda _: None) -> None:
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.at_once = self.most_at_once = 0
        self.before = before

    async def run(
        self,
        feature: Feature[In, Out],
        value: In,
        caller: Principal | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> Result[Out]:
        text = str(value.model_dump()["text"])
        self.asked.append((text, tags or {}))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            waiting = self.before(len(self.asked))
            await (waiting.wait() if isinstance(waiting, asyncio.Event) else asyncio.sleep(0))
        finally:
            self.at_once -= 1
        return Result(
            outcome=Outcome.ANSWERED,
            value=feature.output.model_validate({"answer": text}),
            trace_id=new_id(CLOCK),
            latency_ms=1.0,
            cost_usd=0.5,
        )


FEATURE = Feature(
    "echo",
    input=Question,
    output=Answer,
    prompt="prompts/echo.md",
    line=Line(pass_rate(contains_expected, at_least=0.5), answered(at_least=0.5)),
)


def dataset(folder: Path, cases: int) -> Dataset:
    path = folder / "echo.jsonl"
    lines = (f'{{"id": "c{n}", "input": {{"text": "{n} x"}}, "expected": {{"contains": "{n}"}}}}' for n in range(cases))
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_dataset(path)


async def test_each_case_is_asked_scored_and_told(tmp_path: Path):
    told: list[RunProgress] = []
    runtime = Counting()
    run = await run_dataset(FEATURE, dataset(tmp_path, 40), runtime=runtime, clock=CLOCK, progress=told.append)
    assert [one.case_id for one in run.results] == [f"c{n}" for n in range(40)]
    assert runtime.asked[3] == ("3 x", {"plimsoll.dataset": "echo", "plimsoll.case_id": "c3"})
    assert [(one.done, one.total, one.case_id) for one in told[-1:]] == [(40, 40, "c39")]
    score = run.results[0].scores["contains_expected"]
    assert (score.case_id, score.trace_id, score.passed) == ("c0", run.results[0].trace_id, True)
    assert (run.is_complete, run.cost_usd, runtime.most_at_once) == (True, 20.0, 1)
    assert gate_run(FEATURE.line or Line(answered(at_least=1)), run).verdict is Verdict.HOLDS


async def test_repeats_and_concurrency_are_bounded_and_keep_the_order(tmp_path: Path):
    runtime = Counting()
    settings = RunSettings(concurrency=3, repeats=2, scorers=(exact,))
    run = await run_dataset(FEATURE, dataset(tmp_path, 5), runtime=runtime, clock=CLOCK, settings=settings)
    assert [(one.case_id, one.repeat) for one in run.results] == [(f"c{n}", turn) for turn in (0, 1) for n in range(5)]
    assert runtime.most_at_once == 3
    assert run.results[0].inapplicable == {"exact"}
    with pytest.raises(InvalidRequest, match="repeats=0 is not between 1 and 100"):
        await run_dataset(FEATURE, dataset(tmp_path, 1), runtime=runtime, clock=CLOCK, settings=RunSettings(repeats=0))


async def test_an_input_that_the_feature_refuses_is_a_result_and_the_run_goes_on(tmp_path: Path):
    path = tmp_path / "echo.jsonl"
    path.write_text('{"id": "bad", "input": {"txt": "?"}}\n{"id": "good", "input": {"text": "!"}}', encoding="utf-8")
    run = await run_dataset(FEATURE, load_dataset(path), runtime=Counting(), clock=CLOCK)
    bad, good = run.results
    assert (bad.outcome, bad.error_class, bad.trace_id) == (Outcome.FAILED, ErrorClass.VALIDATION, None)
    assert "text" in bad.message
    assert (good.outcome, run.is_complete) == (Outcome.ANSWERED, True)


async def test_an_interrupted_run_keeps_what_it_finished(tmp_path: Path):
    third = asyncio.Event()
    runtime = Counting(lambda asked: asyncio.Event() if asked == 3 and not third.set() else None)
    async with opened(f"sqlite:///{tmp_path}/state.db") as store:
        evaluations = Evaluations(store, CLOCK)
        task = asyncio.create_task(
            run_dataset(FEATURE, dataset(tmp_path, 5), runtime=runtime, clock=CLOCK, evaluations=evaluations)
        )
        await asyncio.wait_for(third.wait(), DEADLINE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (listed,) = await evaluations.list("echo")
        kept = await evaluations.get(listed.id)
        assert [one.case_id for one in kept.results] == ["c0", "c1"]
        assert kept.is_complete is False
        assert kept.ended_at is not None
        assert await evaluations.latest("echo") is None


async def test_what_the_project_has_to_mend_ends_the_run_with_its_own_error(tmp_path: Path):
    def refuse(asked: int) -> None:
        if asked == 2:
            raise InvalidFeature("There is no model 'fast'.")

    async with opened(f"sqlite:///{tmp_path}/state.db") as store:
        evaluations = Evaluations(store, CLOCK)
        with pytest.raises(InvalidFeature, match="no model 'fast'"):
            await run_dataset(
                FEATURE, dataset(tmp_path, 5), runtime=Counting(refuse), clock=CLOCK, evaluations=evaluations
            )
        (listed,) = await evaluations.list()
        assert [one.case_id for one in (await evaluations.get(listed.id)).results] == ["c0"]


async def test_two_scorers_of_one_name_are_refused(tmp_path: Path):
    other = scorer(name="contains_expected")(lambda _case, _sample: True)
    with pytest.raises(InvalidFeature, match="Two different scorers are named 'contains_expected'"):
        await run_dataset(
            FEATURE, dataset(tmp_path, 1), runtime=Counting(), clock=CLOCK, settings=RunSettings(scorers=(other,))
        )
