"""Whatever reranks gives one finite score a text, the nearer text the higher one, and says when it cannot."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.errors import PlimsollError
from plimsoll.gateway import Gateway, OpenAICompatible
from plimsoll.knowledge import ProviderReranker
from plimsoll.records import Principal, SystemClock
from plimsoll.testing import Fault, FaultKind, Upstream

TEXTS = ["Soup is free.", "a note is due after three days", "Trains come first."]
QUESTION = "when is a note due"


@asynccontextmanager
async def provider(upstream: Upstream) -> AsyncGenerator[ProviderReranker]:
    remote = OpenAICompatible("remote", base_url=upstream.base_url)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("tests")
    gateway = Gateway({"remote": remote}, [], tracer=tracer, clock=SystemClock())
    try:
        yield ProviderReranker(gateway, "remote/ranker")
    finally:
        await gateway.close()


def scores(upstream: Upstream, texts: Sequence[str] = TEXTS, seconds: float = 5.0) -> Sequence[float]:
    async def walk() -> Sequence[float]:
        async with provider(upstream) as reranker:
            return await reranker.rerank(QUESTION, texts, caller=Principal.local(), timeout_seconds=seconds)

    return asyncio.run(walk())


def test_a_provider_scores_each_text_in_its_order() -> None:
    with Upstream() as upstream:
        found = scores(upstream)
        assert found.index(max(found)) == 1
        (seen,) = upstream.list_requests(path="/rerank")
        assert (seen.body["query"], seen.body["documents"], seen.body["top_n"]) == (QUESTION, TEXTS, 3)


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.MALFORMED, FaultKind.RESET, FaultKind.WRONG_TYPE])
def test_a_provider_that_fails_raises_an_error_of_the_tree(kind: FaultKind) -> None:
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=kind))
        with pytest.raises(PlimsollError):
            scores(upstream, seconds=0.5)
