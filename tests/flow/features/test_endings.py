import asyncio
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel

from plimsoll.errors import InvalidFeature
from plimsoll.features import Failures, Feature, Question, Retrieval, bind_runtime
from plimsoll.gateway import ScriptedReply
from plimsoll.records import ErrorClass, Outcome

from flow.features.parts import GOOD, Found, docs_answer, make_bench

pytestmark = pytest.mark.anyio
WHEN = Question(text="How long may I return an item?")


class Label(BaseModel):
    label: str


labeller = Feature("labeller", input=Question, output=Label, prompt="answer.md")


async def test_a_single_call_answers_without_documents(tmp_path: Path):
    bench = make_bench(tmp_path, ['{"label": "returns"}'])
    with bind_runtime(bench.runner):
        result = await labeller(WHEN)
    assert (result.outcome, result.value, result.citations) == (Outcome.ANSWERED, Label(label="returns"), ())


async def test_a_single_call_is_made_from_a_thread(tmp_path: Path):
    bench = make_bench(tmp_path, ['{"label": "returns"}'])
    with bind_runtime(bench.runner):
        result = await asyncio.to_thread(labeller.sync, WHEN)
    assert result.value == Label(label="returns")


@pytest.mark.parametrize(("policy", "outcome"), [("abstain", Outcome.ABSTAINED), ("fail", Outcome.FAILED)])
async def test_a_model_that_hangs_ends_by_the_policy_and_its_cost_is_unknown(
    tmp_path: Path, policy: str, outcome: Outcome
):
    bench = make_bench(tmp_path, [ScriptedReply(hangs=True)], Found())
    on = Failures(timeout="abstain") if policy == "abstain" else Failures(timeout="fail")
    result = await bench.runner.run(docs_answer(on=on, timeout_seconds=0.05), WHEN)
    assert (result.outcome, result.error_class) == (outcome, ErrorClass.INFRASTRUCTURE)
    assert (result.cost_usd, result.message) == (None, "There was no answer within 0.05 s.")
    assert result.latency_ms < 5_000


async def test_retrieval_that_hangs_is_bounded_by_the_same_deadline(tmp_path: Path):
    bench = make_bench(tmp_path, [])
    result = await bench.runner.run(docs_answer(timeout_seconds=0.05), WHEN)
    assert (result.outcome, result.cost_usd) == (Outcome.FAILED, 0.0)


async def test_the_retry_shares_the_deadline_with_the_first_call(tmp_path: Path):
    bench = make_bench(tmp_path, ["no", ScriptedReply(hangs=True)], Found())
    result = await bench.runner.run(docs_answer(timeout_seconds=0.2), WHEN)
    first, second = bench.model.requests
    assert second.timeout_seconds < first.timeout_seconds <= 0.2
    assert result.outcome is Outcome.FAILED


async def test_cancelling_goes_through_and_is_recorded(tmp_path: Path):
    bench = make_bench(tmp_path, [])
    task = asyncio.create_task(bench.runner.run(docs_answer(), WHEN))
    await asyncio.wait_for(bench.corpus.was_asked.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    attributes = bench.root().attributes or {}
    assert (attributes["error.type"], "plimsoll.outcome" in attributes) == ("cancelled", False)
    assert all(span.end_time is not None for span in bench.spans())


async def test_input_of_the_wrong_model_is_a_failure_of_the_caller(tmp_path: Path):
    bench = make_bench(tmp_path, [], Found())
    result = await bench.runner.run(docs_answer(), Label(label="x"))  # pyright: ignore[reportArgumentType]
    assert (result.outcome, result.error_class) == (Outcome.FAILED, ErrorClass.VALIDATION)
    assert result.message == "'docs_answer' takes a Question, not a Label."


async def test_tags_stand_on_the_root(tmp_path: Path):
    bench = make_bench(tmp_path, [GOOD], Found())
    await bench.runner.run(docs_answer(), WHEN, tags={"plimsoll.case_id": "case-01"})
    assert (bench.root().attributes or {})["plimsoll.case_id"] == "case-01"


async def test_a_foreign_span_around_the_call_is_no_parent(tmp_path: Path):
    bench = make_bench(tmp_path, [GOOD], Found())
    with TracerProvider().get_tracer("the user's").start_as_current_span("GET /") as foreign:
        result = await bench.runner.run(docs_answer(), WHEN)
    assert bench.root().parent is None
    assert result.trace_id != f"{foreign.get_span_context().trace_id:032x}"


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (Feature("a", input=Question, output=Label, prompt="gone.md"), "There is no prompt 'gone.md'"),
        (Feature("a", input=Question, output=Label, prompt="answer.md", model="defalt"), "did you mean 'default'"),
    ],
)
async def test_a_broken_definition_raises_and_is_recorded(
    tmp_path: Path, feature: Feature[Question, Label], message: str
):
    bench = make_bench(tmp_path, [])
    with pytest.raises(InvalidFeature, match=message):
        bench.runner.check(feature)
    with pytest.raises(InvalidFeature, match=message):
        await bench.runner.run(feature, WHEN)
    assert (bench.root().attributes or {})["plimsoll.error_class"] == "validation"


async def test_an_unknown_corpus_names_the_nearest(tmp_path: Path):
    bench = make_bench(tmp_path, [])
    feature = docs_answer()
    object.__setattr__(feature, "retrieval", Retrieval("handbok"))
    with pytest.raises(InvalidFeature, match="did you mean 'handbook'"):
        bench.runner.check(feature)


async def test_the_configuration_changes_with_the_prompt_and_not_with_the_line(tmp_path: Path):
    first = make_bench(tmp_path, []).runner.check(docs_answer())
    again = make_bench(tmp_path, []).runner.check(docs_answer())
    bench = make_bench(tmp_path, [])
    (tmp_path / "answer.md").write_text("Say {{ input.text }}", encoding="utf-8")
    changed = bench.runner.check(docs_answer())
    assert first == again
    assert first.config_hash != changed.config_hash
