"""What every provider keeps, whoever runs the model."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from plimsoll.gateway import (
    ChatRequest,
    Embedded,
    Grounding,
    ModelTarget,
    OpenAICompatible,
    Provider,
    Scripted,
    load_embedder,
    prepare_model,
)
from plimsoll.records import Highlight, Message, Passage, Secret
from plimsoll.testing import Upstream

from unit.gateway.asking import ask, open_gateway
from unit.gateway.bert_by_hand import write_tiny_model

PASSAGE = Passage(
    chunk_id="c",
    document_id="d",
    source="s",
    title="t",
    text="The ship sails at sea.",
    highlights=(Highlight(start=0, end=22, score=0.9),),
)
REQUEST = ChatRequest(
    model="any",
    messages=(Message(role="system", content="Be brief."), Message(role="user", content="What sails?")),
    temperature=0.0,
    max_output_tokens=50,
    response_schema={"type": "object"},
    grounding=Grounding(question="What sails?", passages=(PASSAGE,)),
    timeout_seconds=10,
)


class Case(NamedTuple):
    provider: Provider
    chat: ModelTarget
    embed: ModelTarget


def target(provider: Provider, model: str) -> ModelTarget:
    return ModelTarget(alias="any", provider=provider.name, model=model)


@pytest.fixture(scope="module", params=["openai-compatible", "embedded", "scripted"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    if request.param == "embedded":
        folder: Path = prepare_model(write_tiny_model(tmp_path_factory.mktemp("m")), cache=tmp_path_factory.mktemp("c"))
        embedded = Embedded(load_embedder(folder, threads=1))
        yield Case(embedded, target(embedded, "reader"), target(embedded, "minilm"))
    elif request.param == "scripted":
        scripted = Scripted(lambda _: "The ship.")
        yield Case(scripted, target(scripted, "m"), target(scripted, "m"))
    else:
        with Upstream("The ship.") as upstream:
            remote = OpenAICompatible("remote", base_url=upstream.base_url, api_key=Secret("k"))
            yield Case(remote, target(remote, "m"), target(remote, "m"))


def test_a_chat_is_answered_with_text_model_provider_and_usage(case: Case):
    reply = ask(case.provider, REQUEST, case.chat)
    assert "ship" in reply.text
    assert (reply.model, reply.provider, reply.finish_reason) == (case.chat.model, case.provider.name, "stop")
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0
    assert reply.usage.cached_input_tokens <= reply.usage.input_tokens


def test_each_text_gets_its_own_vector_in_order(case: Case):
    async def embed():
        try:
            return (
                await case.provider.embed(["sea", "the line", "sea"], case.embed),
                await case.provider.embed(["the line"], case.embed),
            )
        finally:
            await case.provider.close()

    found, alone = asyncio.run(embed())
    assert found.vectors.dtype == np.float32
    assert found.vectors.shape[0] == len(found.truncated) == 3
    np.testing.assert_allclose(found.vectors[0], found.vectors[2], atol=1e-6)
    np.testing.assert_allclose(found.vectors[1], alone.vectors[0], atol=1e-5)
    assert not np.allclose(found.vectors[0], found.vectors[1], atol=1e-3)
    assert found.usage.input_tokens > 0


def test_no_texts_give_no_vectors(case: Case):
    found = asyncio.run(case.provider.embed([], case.embed))
    assert (found.vectors.shape[0], found.truncated) == (0, ())


def test_calls_may_run_at_once(case: Case):
    async def ask_many():
        gateway = open_gateway(case.provider, case.chat)
        try:
            return await asyncio.gather(*(gateway.chat(REQUEST) for _ in range(20)))
        finally:
            await gateway.close()

    assert len({reply.text for reply in asyncio.run(ask_many())}) == 1


def test_a_closed_provider_may_be_closed_again(case: Case):
    async def close():
        await case.provider.close()
        await case.provider.close()

    assert asyncio.run(close()) is None
