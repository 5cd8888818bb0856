"""Whatever reranks gives one finite score a text, the nearer text the higher one, and says when it cannot."""

import asyncio
import math
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.errors import Overloaded, PlimsollError, ProviderRefused
from plimsoll.gateway import CrossEncoder, Gateway, OpenAICompatible, load_cross_encoder
from plimsoll.gateway.model.session import PairSession
from plimsoll.gateway.model.tokens import TextTokenizer
from plimsoll.knowledge import LocalReranker, ProviderReranker, Reranker
from plimsoll.records import Principal, SystemClock
from plimsoll.testing import Fault, FaultKind, ScriptedReranker, Upstream

from unit.gateway.cross_encoder_by_hand import write_cross_encoder
from waiting import until

pytestmark = pytest.mark.anyio
TEXTS = ["Soup is free.", "a note is due after three days", "Trains come first."]
QUESTION = "when is a note due"
KNOWN = ("when", "is", "a", "note", "due", "after", "three", "days", "soup", "free", "trains")
CALLER = Principal.local()


@asynccontextmanager
async def local(folder: Path) -> AsyncGenerator[Reranker]:
    yield LocalReranker(load_cross_encoder(write_cross_encoder(folder, known=KNOWN)))


@asynccontextmanager
async def provider(upstream: Upstream) -> AsyncGenerator[Reranker]:
    remote = OpenAICompatible("remote", base_url=upstream.base_url)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("tests")
    gateway = Gateway({"remote": remote}, [], tracer=tracer, clock=SystemClock())
    try:
        yield ProviderReranker(gateway, "remote/ranker")
    finally:
        await gateway.close()


@asynccontextmanager
async def remote(_: Path) -> AsyncGenerator[Reranker]:
    with Upstream() as upstream:
        async with provider(upstream) as reranker:
            yield reranker


@asynccontextmanager
async def scripted(_: Path) -> AsyncGenerator[Reranker]:
    yield ScriptedReranker()


Opened = Callable[[Path], AbstractAsyncContextManager[Reranker]]
every = pytest.mark.parametrize("opened", [local, remote, scripted])


@every
async def test_each_text_has_a_score_and_the_nearest_the_highest(tmp_path: Path, opened: Opened):
    async with opened(tmp_path) as reranker:
        scores = list(await reranker.rerank(QUESTION, TEXTS, caller=CALLER, timeout_seconds=30))
    assert len(scores) == len(TEXTS)
    assert all(map(math.isfinite, scores))
    assert scores.index(max(scores)) == 1


@every
async def test_scores_follow_the_order_of_the_texts_and_repeat(tmp_path: Path, opened: Opened):
    async with opened(tmp_path) as reranker:
        forth = list(await reranker.rerank(QUESTION, TEXTS, caller=CALLER, timeout_seconds=30))
        back = list(await reranker.rerank(QUESTION, TEXTS[::-1], caller=CALLER, timeout_seconds=30))
    assert back == forth[::-1]


@every
async def test_one_text_and_one_without_words_are_scored_too(tmp_path: Path, opened: Opened):
    async with opened(tmp_path) as reranker:
        scores = await reranker.rerank(QUESTION, ["…"], caller=CALLER, timeout_seconds=30)
    assert [math.isfinite(score) for score in scores] == [True]


async def test_a_provider_is_asked_for_every_text_and_sends_none_back():
    with Upstream() as upstream:
        async with provider(upstream) as reranker:
            await reranker.rerank(QUESTION, TEXTS, caller=CALLER, timeout_seconds=30)
        (seen,) = upstream.list_requests(path="/rerank")
    assert {name: seen.body[name] for name in ("query", "documents", "top_n", "return_documents")} == {
        "query": QUESTION,
        "documents": TEXTS,
        "top_n": 3,
        "return_documents": False,
    }


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.MALFORMED, FaultKind.RESET, FaultKind.WRONG_TYPE])
async def test_a_provider_that_fails_raises_an_error_of_the_tree(kind: FaultKind):
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=kind))
        async with provider(upstream) as reranker:
            with pytest.raises(PlimsollError):
                await reranker.rerank(QUESTION, TEXTS, caller=CALLER, timeout_seconds=0.5)


async def test_a_scripted_one_says_its_lines_and_raises_its_errors():
    reranker = ScriptedReranker([(0.5, 2.0, 1.0), ProviderRefused("It said 500.")])
    assert await reranker.rerank(QUESTION, TEXTS, caller=CALLER, timeout_seconds=1) == (0.5, 2.0, 1.0)
    with pytest.raises(ProviderRefused):
        await reranker.rerank("again", TEXTS, caller=CALLER, timeout_seconds=1)
    assert [(one.question, len(one.texts)) for one in reranker.asked] == [(QUESTION, 3), ("again", 3)]


class WaitingEncoder(CrossEncoder):
    """Scores when it is let go."""

    def __init__(self, folder: Path) -> None:
        known = write_cross_encoder(folder, known=KNOWN)
        super().__init__(PairSession(known / "model.onnx", threads=1), TextTokenizer(known / "tokenizer.json"))
        self.go_on = threading.Event()
        self.waiting = 0

    def score(self, question: str, texts: Sequence[str]) -> tuple[float, ...]:
        self.waiting += 1
        assert self.go_on.wait(timeout=30)
        return super().score(question, texts)


async def test_a_local_one_takes_a_few_questions_at_once_and_refuses_the_next(tmp_path: Path):
    encoder = WaitingEncoder(tmp_path)
    reranker = LocalReranker(encoder)
    ask = partial(reranker.rerank, QUESTION, TEXTS, caller=CALLER, timeout_seconds=1)
    async with asyncio.TaskGroup() as group:
        busy = [group.create_task(ask()) for _ in range(4)]
        await until(lambda: encoder.waiting == 4)
        try:
            with pytest.raises(Overloaded):
                await ask()
        finally:
            encoder.go_on.set()
    assert [list(one.result()) for one in busy] == [list(await ask())] * 4
