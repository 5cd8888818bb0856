from pathlib import Path

import msgspec
import pytest

from plimsoll.errors import ProviderRefused, StoreUnavailable
from plimsoll.features import Failures, Question
from plimsoll.gateway import ScriptedReply
from plimsoll.records import ErrorClass, Outcome, Principal

from flow.features.parts import GOOD, RETURNS, Found, docs_answer, make_bench

pytestmark = pytest.mark.anyio
WHEN = Question(text="How long may I return an item?")


async def test_an_answer_carries_its_citation_its_cost_and_its_trace(tmp_path: Path):
    bench = make_bench(tmp_path, [GOOD], Found())
    result = await bench.runner.run(docs_answer(), WHEN, Principal(id="user:ada", tenant="acme"))
    assert result.outcome is Outcome.ANSWERED
    assert result.value is not None
    assert result.value.answer == "Within 30 days."
    (citation,) = result.citations
    assert (citation.source, citation.start, citation.end) == ("returns.md", 129, 155)
    assert result.passages == (RETURNS,)
    assert result.cost_usd is not None
    assert result.cost_usd > 0
    assert bench.corpus.asked == [(WHEN.text, 4, "user:ada")]
    root = bench.root()
    assert root.parent is None
    assert root.attributes is not None
    assert root.context is not None
    assert f"{root.context.trace_id:032x}" == result.trace_id
    told = {name: root.attributes[f"plimsoll.{name}"] for name in ("kind", "feature", "outcome", "tenant", "subject")}
    assert told == {
        "kind": "request",
        "feature": "docs_answer",
        "outcome": "answered",
        "tenant": "acme",
        "subject": "user:ada",
    }
    assert root.attributes["plimsoll.input"] == WHEN.model_dump_json()
    assert root.attributes["plimsoll.output"] == result.value.model_dump_json()
    assert root.attributes["plimsoll.config_hash"] == bench.runner.check(docs_answer()).config_hash
    steps = [span.name for span in bench.spans() if span.parent and span.parent.span_id == root.context.span_id]
    assert steps == ["prompt answer.md", "chat small", "parse", "cite"]


async def test_the_model_sees_the_prompt_as_messages_and_the_passages_as_data(tmp_path: Path):
    bench = make_bench(tmp_path, [GOOD], Found())
    await bench.runner.run(docs_answer(), WHEN)
    (request,) = bench.model.requests
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[1].content == f"[1] {RETURNS.text}\nQuestion: {WHEN.text}"
    assert (request.temperature, request.grounding and request.grounding.passages) == (0, (RETURNS,))
    assert request.response_schema is not None


@pytest.mark.parametrize("found", [Found(passages=()), Found(is_answerable=False)])
async def test_documents_without_an_answer_cost_no_model_call(tmp_path: Path, found: Found):
    bench = make_bench(tmp_path, [GOOD], found)
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.value, result.passages) == (Outcome.ABSTAINED, None, found.passages)
    assert (result.cost_usd, len(bench.model.requests)) == (0.0, 0)
    assert result.message


@pytest.mark.parametrize(
    "reply",
    [
        '{"answer": "", "quotes": [], "abstained": true}',
        '{"answer": " ", "quotes": []}',
        '{"answer": "Sixty days.", "quotes": []}',
        '{"answer": "Sixty days.", "quotes": [{"passage": 1, "quote": "within 60 days"}]}',
        '{"answer": "Sixty days.", "quotes": [{"passage": 2, "quote": "within 30 days"}]}',
    ],
)
async def test_an_answer_without_ground_is_not_given(tmp_path: Path, reply: str):
    bench = make_bench(tmp_path, [reply], Found())
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.value, result.citations) == (Outcome.ABSTAINED, None, ())
    assert result.passages == (RETURNS,)


async def test_a_quotation_that_stands_nowhere_leaves_the_answer(tmp_path: Path):
    invented = '{"passage": 1, "quote": "or a year"}'
    bench = make_bench(tmp_path, [GOOD.replace("]}", f", {invented}]}}")], Found())
    result = await bench.runner.run(docs_answer(), WHEN)
    assert result.value is not None
    assert [quote.quote for quote in result.value.quotes] == ["within 30 days of delivery"]
    assert bench.events() == ["quote_rejected"]


async def test_a_policy_chooses_the_outcome_when_there_is_no_answer(tmp_path: Path):
    bench = make_bench(tmp_path, [], Found(passages=()))
    result = await bench.runner.run(docs_answer(on=Failures(empty="hand_to_human")), WHEN)
    assert (result.outcome, result.error_class) == (Outcome.HANDED_TO_HUMAN, None)


async def test_mended_json_is_recorded_and_costs_no_retry(tmp_path: Path):
    bench = make_bench(tmp_path, [GOOD.replace('"', "'")], Found())
    result = await bench.runner.run(docs_answer(), WHEN)
    assert result.outcome is Outcome.ANSWERED
    assert (bench.events(), len(bench.model.requests)) == (["json_repaired"], 1)


async def test_one_retry_tells_the_model_what_was_wrong(tmp_path: Path):
    bench = make_bench(tmp_path, ["I think 30 days.", GOOD], Found())
    result = await bench.runner.run(docs_answer(), WHEN)
    assert result.outcome is Outcome.ANSWERED
    retry = bench.model.requests[1]
    assert retry.messages[-2].content == "I think 30 days."
    assert "it holds no JSON object" in retry.messages[-1].content
    assert bench.events() == ["retry", "unusable_answer"]


async def test_a_second_unusable_reply_ends_the_request(tmp_path: Path):
    bench = make_bench(tmp_path, ["no", ScriptedReply(text='{"answer": "30', finish_reason="length"), GOOD], Found())
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.error_class) == (Outcome.FAILED, ErrorClass.MODEL)
    assert "cut off at the token limit" in result.message
    assert (len(bench.model.requests), result.passages) == (2, (RETURNS,))


@pytest.mark.parametrize(("error", "kind"), [(ProviderRefused("It said 500."), "provider_refused")])
async def test_a_provider_that_fails_is_infrastructure(tmp_path: Path, error: ProviderRefused, kind: str):
    bench = make_bench(tmp_path, [error], Found())
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.error_class) == (Outcome.FAILED, ErrorClass.INFRASTRUCTURE)
    assert (result.message, result.passages) == ("It said 500.", (RETURNS,))
    assert (bench.root().attributes or {})["error.type"] == kind


async def test_a_store_that_fails_is_infrastructure(tmp_path: Path):
    bench = make_bench(tmp_path, [], StoreUnavailable("state.db is locked."))
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.error_class) == (Outcome.FAILED, ErrorClass.INFRASTRUCTURE)


async def test_a_defect_becomes_an_outcome_and_is_kept_in_the_trace(tmp_path: Path):
    bench = make_bench(tmp_path, [], KeyError("secret"))
    result = await bench.runner.run(docs_answer(), WHEN)
    assert result.message == "Something broke inside (KeyError); the trace holds what."
    assert bench.events() == ["exception"]


async def test_a_document_that_was_closed_while_the_answer_was_written_is_neither_cited_nor_shown(tmp_path: Path):
    other = msgspec.structs.replace(RETURNS, chunk_id="c2", source="other.md")
    bench = make_bench(tmp_path, [GOOD], Found(passages=(RETURNS, other)))
    bench.corpus.closed = frozenset({"c1"})
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.value, result.citations) == (Outcome.ABSTAINED, None, ())
    assert result.passages == (other,)
    assert "cited_document_is_gone" in bench.events()


async def test_a_passage_that_was_closed_and_is_not_cited_is_not_shown(tmp_path: Path):
    other = msgspec.structs.replace(RETURNS, chunk_id="c2", source="other.md")
    bench = make_bench(tmp_path, [GOOD], Found(passages=(RETURNS, other)))
    bench.corpus.closed = frozenset({"c2"})
    result = await bench.runner.run(docs_answer(), WHEN)
    assert (result.outcome, result.passages) == (Outcome.ANSWERED, (RETURNS,))
