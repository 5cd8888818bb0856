"""What retrieval is worth: a scripted model that knows half of the answers by itself, and cites when it may read."""

from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.datasets import Dataset, load_dataset
from plimsoll.errors import InvalidRequest
from plimsoll.evals import RetrievalWorth, render_worth, weigh_retrieval
from plimsoll.features import Answer, Feature, FeatureRunner, Question, Retrieval
from plimsoll.gateway import Alias, ChatRequest, Gateway, ModelTarget, Scripted
from plimsoll.records import SystemClock

from flow.features.parts import PROMPT, FixedCorpus, Found

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()
READ = '{"answer": "Within 30 days.", "quotes": [{"passage": 1, "quote": "within 30 days of delivery"}]}'
KNOWN = '{"answer": "Within 30 days.", "quotes": []}'
GUESS = '{"answer": "Within 14 days.", "quotes": []}'
FEATURE = Feature("asks", input=Question, output=Answer, prompt="answer.md", retrieval=Retrieval("handbook"))
CASES = 24


def runner(root: Path) -> FeatureRunner:
    """Return a runner whose model reads where there is a passage, and else knows even questions only."""

    def say(request: ChatRequest) -> str:
        asked = request.messages[-1].content
        return READ if "[1]" in asked else KNOWN if int(asked.split()[-1]) % 2 == 0 else GUESS

    (root / "answer.md").write_text(PROMPT, encoding="utf-8")
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")
    target = ModelTarget(alias="default", provider="scripted", model="small")
    gateway = Gateway({"scripted": Scripted(say)}, [Alias.of(target)], tracer=tracer, clock=CLOCK)
    return FeatureRunner(
        gateway=gateway, retrievers={"handbook": FixedCorpus(Found())}, root=root, tracer=tracer, clock=CLOCK
    )


def dataset(root: Path, expected: str) -> Dataset:
    path = root / "cases.jsonl"
    lines = [f'{{"input": {{"text": "Returns {number}"}}, "expected": {expected}}}' for number in range(CASES)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_dataset(path)


async def weigh(root: Path, expected: str, feature: Feature[Question, Answer] = FEATURE) -> RetrievalWorth:
    return await weigh_retrieval(feature, dataset(root, expected), runtime=runner(root), clock=CLOCK)


async def test_the_difference_is_what_the_model_does_not_know_by_itself(tmp_path: Path):
    worth = await weigh(tmp_path, '{"contains": "30 days"}')
    rights = {one.name: one.interval.estimate for one in worth.right if one.interval}
    assert rights == {"right with passages": 1.0, "right without passages": 0.5}
    assert worth.difference is not None
    assert (worth.difference.delta.estimate, worth.difference.delta.n) == (0.5, CASES)
    assert 0 < worth.difference.delta.low < 0.5 < worth.difference.delta.high
    assert render_worth(worth).renderables


async def test_citations_are_held_against_the_evidence(tmp_path: Path):
    places = '[{"source": "returns.md", "text": "30 days"}, {"source": "outlet.md"}]'
    worth = await weigh(tmp_path, f'{{"evidence": {places}}}')
    cited = {one.name: one.interval.estimate for one in worth.citations if one.interval}
    assert cited == {"citation_precision": 1.0, "citation_recall": 0.5}
    assert (worth.right, worth.difference) == ((), None)
    assert "expected.contains" in worth.reason


async def test_a_feature_that_does_not_retrieve_is_refused(tmp_path: Path):
    single = Feature("single", input=Question, output=Answer, prompt="answer.md")
    with pytest.raises(InvalidRequest, match="does not retrieve"):
        await weigh(tmp_path, '{"contains": "30 days"}', single)
