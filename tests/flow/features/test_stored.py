from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from plimsoll.datasets import load_dataset
from plimsoll.evals import Evaluations, gate_run, run_dataset
from plimsoll.features import Answer, Feature, FeatureRunner, Question, Retrieval, bind_runtime, index_features
from plimsoll.gateway import Alias, Gateway, ModelTarget, Scripted, ScriptedReply
from plimsoll.line import Line, answered, pass_rate
from plimsoll.records import ErrorClass, Outcome, Principal, SystemClock, Verdict
from plimsoll.scorers import cites_a_source
from plimsoll.store import Store
from plimsoll.traces import Capture, TraceFilter, Traces

from flow.features.parts import GOOD, PROMPT, FixedCorpus, Found

pytestmark = pytest.mark.anyio
WHEN = Question(text="How long may I return an item?")
feature = Feature(
    "docs_answer",
    input=Question,
    output=Answer,
    prompt="answer.md",
    retrieval=Retrieval("handbook"),
    timeout_seconds=10,
    line=Line(pass_rate(cites_a_source, at_least=0.5), answered(at_least=0.5)),
)


class Stage(NamedTuple):
    runner: FeatureRunner
    capture: Capture
    traces: Traces
    state: Store


@asynccontextmanager
async def stage(root: Path, reply: str | ScriptedReply) -> AsyncGenerator[Stage]:
    """A runner over real stores, for as long as the block lasts."""
    (root / "answer.md").write_text(PROMPT, encoding="utf-8")
    clock = SystemClock()
    state = await Store.open(f"sqlite:///{root / 'state.db'}", schema="state", clock=clock)
    kept = await Store.open(f"sqlite:///{root / 'traces.db'}", schema="traces", clock=clock)
    capture = Capture(kept, clock)
    target = ModelTarget(alias="default", provider="scripted", model="small")
    gateway = Gateway({"scripted": Scripted(lambda _: reply)}, [Alias.of(target)], tracer=capture.tracer, clock=clock)
    corpus = FixedCorpus(Found())
    runner = FeatureRunner(
        gateway=gateway, retrievers={"handbook": corpus}, root=root, tracer=capture.tracer, clock=clock
    )
    try:
        yield Stage(runner, capture, Traces(kept), state)
    finally:
        await capture.close()
        await kept.close()
        await state.close()


async def test_a_request_is_found_again_as_a_trace(tmp_path: Path):
    async with stage(tmp_path, GOOD) as on:
        with bind_runtime(on.runner):
            result = await feature(WHEN, Principal(id="user:ada"))
        await on.capture.flush()
        trace = await on.traces.get(result.trace_id)
        listed = await on.traces.list(TraceFilter(feature="docs_answer"))
    summary = trace.summary
    assert (summary.feature, summary.outcome, summary.subject) == ("docs_answer", Outcome.ANSWERED, "user:ada")
    assert (summary.cost_usd, result.cost_usd) == (None, None)
    assert summary.output_tokens == result.usage.output_tokens
    assert summary.input_text == WHEN.model_dump_json()
    assert {span.name for span in trace.spans} == {
        "feature docs_answer",
        "prompt answer.md",
        "chat small",
        "parse",
        "cite",
    }
    assert [one.trace_id for one in listed] == [result.trace_id]


async def test_a_failure_is_found_again_with_its_class(tmp_path: Path):
    async with stage(tmp_path, "nothing of use") as on:
        result = await on.runner.run(feature, WHEN)
        await on.capture.flush()
        summary = (await on.traces.get(result.trace_id)).summary
    assert (summary.outcome, summary.error_class) == (Outcome.FAILED, ErrorClass.MODEL)
    assert summary.error == result.message


async def test_a_dataset_is_run_and_gated_on_the_same_runner(tmp_path: Path):
    rows = [f'{{"id": "case-{n:02}", "input": {{"text": "Question {n}?"}}}}' for n in range(40)]
    (tmp_path / "docs_answer.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (known,) = index_features([feature]).values()
    async with stage(tmp_path, GOOD) as on:
        run = await run_dataset(
            known,
            load_dataset(tmp_path / "docs_answer.jsonl"),
            runtime=on.runner,
            clock=SystemClock(),
            evaluations=Evaluations(on.state, SystemClock()),
        )
        await on.capture.flush()
        traces = await on.traces.list(TraceFilter(feature="docs_answer"))
    assert known.line is not None
    assert gate_run(known.line, run).verdict is Verdict.HOLDS
    assert {result.trace_id for result in run.results} == {trace.trace_id for trace in traces}
