import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from plimsoll.errors import Overloaded, ProviderTimeout, UnusableAnswer
from plimsoll.gateway import Embeddings
from plimsoll.gateway.embedding.batcher import BatchLimits, EmbeddingBatcher
from plimsoll.records import Usage

pytestmark = pytest.mark.anyio


class Provider:
    """Embeds a text as its length, once it may; counts requests and those that were cancelled."""

    def __init__(self, *, is_open: bool = True, lost: int = 0, error: Exception | None = None) -> None:
        self.asked: list[list[str]] = []
        self.cancelled = 0
        self.may_answer = asyncio.Event()
        self.lost = lost
        self.error = error
        if is_open:
            self.may_answer.set()

    async def __call__(self, texts: Sequence[str]) -> Embeddings:
        self.asked.append(list(texts))
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        kept = len(texts) - self.lost
        return Embeddings(
            vectors=np.array([[len(text)] for text in texts[:kept]], np.float32),
            usage=Usage(input_tokens=sum(map(len, texts)), is_estimated=True),
            truncated=(False,) * kept,
            model="small",
            cost_usd=float(sum(map(len, texts))),
        )


async def settle() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_callers_of_one_moment_share_one_request_and_pay_for_their_own():
    provider = Provider()
    batcher = EmbeddingBatcher(provider)
    one, other = await asyncio.gather(batcher.embed(["aaa", "b"]), batcher.embed(["cc"]))
    assert provider.asked == [["aaa", "b", "cc"]]
    assert (one.vectors.ravel().tolist(), other.vectors.ravel().tolist()) == ([3, 1], [2])
    assert (one.usage, other.usage) == (
        Usage(input_tokens=4, is_estimated=True),
        Usage(input_tokens=2, is_estimated=True),
    )
    assert (one.cost_usd, other.cost_usd) == pytest.approx((4.0, 2.0))


async def test_a_large_request_is_split_and_put_together_in_order():
    provider = Provider()
    batcher = EmbeddingBatcher(provider, BatchLimits(max_texts=3, max_characters=10))
    texts = ["a" * length for length in (1, 2, 3, 4, 9, 30, 1)]
    whole = await batcher.embed(texts)
    assert whole.vectors.ravel().tolist() == [1, 2, 3, 4, 9, 30, 1]
    assert [[len(text) for text in asked] for asked in provider.asked] == [[1, 2, 3], [4], [9], [30], [1]]
    assert (whole.usage.input_tokens, whole.cost_usd) == (50, 50.0)


async def test_a_window_lets_later_callers_in():
    provider = Provider()
    batcher = EmbeddingBatcher(provider, BatchLimits(window_seconds=0.03))
    first = asyncio.create_task(batcher.embed(["a"]))
    await asyncio.sleep(0.005)
    await asyncio.gather(first, batcher.embed(["b"]))
    assert provider.asked == [["a", "b"]]


async def test_a_caller_who_leaves_before_the_request_is_not_asked_for():
    provider = Provider()
    batcher = EmbeddingBatcher(provider, BatchLimits(window_seconds=0.02))
    leaver, stayer = asyncio.create_task(batcher.embed(["a"])), asyncio.create_task(batcher.embed(["b"]))
    await settle()
    leaver.cancel()
    assert (await stayer).vectors.tolist() == [[1]]
    assert provider.asked == [["b"]]


async def test_a_caller_who_leaves_during_the_request_leaves_the_others_alone():
    provider = Provider(is_open=False)
    batcher = EmbeddingBatcher(provider)
    leaver, stayer = asyncio.create_task(batcher.embed(["a"])), asyncio.create_task(batcher.embed(["b"]))
    await settle()
    leaver.cancel()
    await settle()
    provider.may_answer.set()
    assert ((await stayer).vectors.tolist(), provider.cancelled) == ([[1]], 0)


async def test_a_request_that_nobody_waits_for_is_cancelled():
    provider = Provider(is_open=False)
    batcher = EmbeddingBatcher(provider)
    callers = [asyncio.create_task(batcher.embed([text])) for text in "ab"]
    await settle()
    for caller in callers:
        caller.cancel()
    await settle()
    assert (len(provider.asked), provider.cancelled) == (1, 1)


async def test_an_error_reaches_each_caller_as_their_own():
    batcher = EmbeddingBatcher(Provider(error=ProviderTimeout("Nobody answered.")))
    errors = await asyncio.gather(batcher.embed(["a"]), batcher.embed(["b"]), return_exceptions=True)
    assert [str(error) for error in errors] == ["Nobody answered."] * 2
    assert errors[0] is not errors[1]


async def test_one_request_that_fails_ends_the_caller_and_the_other_requests():
    provider = Provider(is_open=False, error=ProviderTimeout("Nobody answered."))
    batcher = EmbeddingBatcher(provider, BatchLimits(max_texts=1, max_calls=1))
    caller = asyncio.create_task(batcher.embed(["a", "b", "c"]))
    await settle()
    provider.may_answer.set()
    with pytest.raises(ProviderTimeout):
        await caller
    await settle()
    assert provider.asked[0] == ["a"]
    assert len(provider.asked) <= 2


async def test_a_reply_that_lacks_a_vector_is_unusable():
    with pytest.raises(UnusableAnswer, match="1 vectors for 2 texts"):
        await EmbeddingBatcher(Provider(lost=1)).embed(["a", "b"])


async def test_more_texts_than_may_wait_are_refused():
    provider = Provider(is_open=False)
    batcher = EmbeddingBatcher(provider, BatchLimits(max_texts=2, max_calls=1, max_waiting=3))
    callers = [asyncio.create_task(batcher.embed(["a", "b"])) for _ in range(2)]
    await settle()
    with pytest.raises(Overloaded, match="2 texts wait"):
        await batcher.embed(["c", "d"])
    provider.may_answer.set()
    assert [reply.vectors.tolist() for reply in await asyncio.gather(*callers)] == [[[1], [1]]] * 2


async def test_closing_ends_requests_and_callers():
    provider = Provider(is_open=False)
    batcher = EmbeddingBatcher(provider)
    caller = asyncio.create_task(batcher.embed(["a"]))
    await settle()
    await batcher.close()
    await asyncio.wait([caller])
    assert (caller.cancelled(), provider.cancelled) == (True, 1)
