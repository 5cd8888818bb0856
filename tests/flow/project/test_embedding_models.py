"""Corpora whose embedding model a provider serves: paid, retried, priced before, and done without while it is down."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

import plimsoll
from plimsoll.errors import InvalidSettings, NeedsConfirmation
from plimsoll.project import SETTINGS_FILE, BenchAsked, Project
from plimsoll.records import Principal
from plimsoll.testing import Fault, FaultKind, SeenRequest, Upstream
from plimsoll.traces import TraceFilter, TrafficKind

from flow.knowledge.opened import write_files

pytestmark = [pytest.mark.anyio, pytest.mark.model]
ADA = Principal.local()
QUESTION = "What does express delivery cost?"
DOCUMENTS = {
    "documents/delivery.md": "# Delivery\n\nExpress delivery costs 9.90. Standard delivery is free.\n",
    "documents/returns.md": "# Returns\n\nAn item may be returned within 30 days of delivery.\n",
}
CASES = (
    '{"id": "one", "input": {"text": "What does express delivery cost?"}, '
    '"expected": {"evidence": [{"source": "delivery.md", "text": "9.90"}]}}\n'
)
SETTINGS = """
[project]
name = "shop"

[providers.up]
base_url = "{url}"
api_key_env = "UP_KEY"

[models.vectors]
model = "up/{model}"
input_usd_per_million = 2.0

[knowledge.docs]
embedding = "{embedding}"
"""


@asynccontextmanager
async def opened(
    folder: Path, upstream: Upstream, *, embedding: str = "vectors", model: str = "embed-1"
) -> AsyncGenerator[Project]:
    write_files(folder, DOCUMENTS | {"datasets/cases.jsonl": CASES})
    settings = SETTINGS.format(url=upstream.base_url, embedding=embedding, model=model)
    (folder / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    async with plimsoll.open(folder, environ={"UP_KEY": "sk-a"}) as project:
        yield project


async def find(project: Project) -> tuple[set[str], set[str]]:
    """Return what a question finds, and the steps that were done without."""
    corpus = await project._parts.corpora.get("docs")
    found = await corpus.retrieve(QUESTION, passages=1, caller=ADA)
    return {one.source for one in found.passages}, {one.step for one in found.degraded}


def texts_of(request: SeenRequest) -> list[str]:
    return cast("list[str]", request.body["input"])


async def test_a_corpus_is_embedded_by_a_provider_who_is_retried_and_whose_price_is_booked(tmp_path: Path) -> None:
    with Upstream() as upstream:
        async with opened(tmp_path, upstream) as project:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=503, path="/embeddings"))
            report = await project.knowledge.ingest()
            assert (report.added, len(report.failed)) == (2, 0)
            assert await find(project) == ({"documents/delivery.md"}, set())
            tokens = 3 * sum(len(texts_of(one)) for one in upstream.list_requests(path="/embeddings")[1:])
        async with opened(tmp_path, upstream) as project:
            [total] = await project.spend.totals(by="model")
            assert total.cost_usd == pytest.approx(2e-6 * tokens)


async def test_while_the_provider_is_down_a_corpus_opens_and_answers_by_words(tmp_path: Path) -> None:
    with Upstream() as upstream:
        async with opened(tmp_path, upstream) as project:
            await project.knowledge.ingest()
    with Upstream() as elsewhere:
        elsewhere.inject_always(Fault(kind=FaultKind.STATUS, status=500))
        async with opened(tmp_path, elsewhere) as project:
            assert await find(project) == ({"documents/delivery.md"}, {"dense"})


async def test_a_name_that_stands_for_another_model_is_refused_and_no_vectors_mix(tmp_path: Path) -> None:
    with Upstream() as upstream:
        async with opened(tmp_path, upstream) as project:
            await project.knowledge.ingest()
        async with opened(tmp_path, upstream, model="embed-2") as project:
            with pytest.raises(InvalidSettings, match="their vectors do not mix"):
                await find(project)


async def test_a_change_to_a_provider_is_priced_before_and_compared_before_the_switch(tmp_path: Path) -> None:
    with Upstream() as upstream:
        async with opened(tmp_path, upstream, embedding="plimsoll/minilm") as project:
            await project.knowledge.ingest()
            change = await project.knowledge.migration("docs")
            estimate = await change.estimate("vectors")
            assert (estimate.chunks, estimate.cost_usd) == (2, pytest.approx(2e-6 * estimate.tokens))
            done = await change.embed("vectors")
            assert (done.report.embedded, done.cost_usd) == (2, pytest.approx(2e-6 * 3 * (2 + 3)))
            with pytest.raises(NeedsConfirmation, match="'vectors' was not compared"):
                await change.switch()
            await change.compare("cases", caller=ADA)
            write_files(tmp_path, {"documents/new.md": "# New\n\nA new rule.\n"})
            await project.knowledge.ingest()
            with pytest.raises(NeedsConfirmation, match="on what it knows now"):
                await change.switch()
            await change.compare("cases", caller=ADA)
            assert (await change.switch()).model == "vectors"
            assert (await change.rollback()).model == "plimsoll/minilm"
            assert (await change.switch()).model == "vectors"  # the comparison still stands


async def test_a_switch_without_comparison_is_typed(tmp_path: Path) -> None:
    with Upstream() as upstream:
        async with opened(tmp_path, upstream, embedding="plimsoll/minilm") as project:
            await project.knowledge.ingest()
            change = await project.knowledge.migration("docs")
            await change.embed("vectors")
            assert (await change.switch(without_comparison=True)).model == "vectors"


async def test_what_an_embedding_model_was_asked_hangs_below_what_it_was_for(tmp_path: Path) -> None:
    with Upstream() as upstream:
        async with opened(tmp_path, upstream) as project:
            await project.knowledge.ingest()
            await project.knowledge.seen_by(ADA).bench("docs", BenchAsked(question=QUESTION))
            await project.knowledge.fit("docs", "cases", caller=ADA)
            listed = {traffic: await project.traces.list(TraceFilter(traffic=traffic)) for traffic in TrafficKind}
    assert listed[TrafficKind.LIVE] == []
    own = {one.name: one.input_tokens > 0 for one in listed[TrafficKind.OPERATION]}
    assert own == {"embed vectors": True, "ingest docs": True, "bench docs": True}
    assert {one.name for one in listed[TrafficKind.EVALUATION]} == {"fit docs"}
