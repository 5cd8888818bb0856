"""However callers' texts are joined, split and cancelled: each gets the vectors of their own texts, in order."""

import asyncio
from collections.abc import Sequence
from typing import Literal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.gateway import Embeddings
from plimsoll.gateway.embedding.batcher import BatchLimits, EmbeddingBatcher
from plimsoll.gateway.embedding.shares import share_tokens
from plimsoll.records import Usage

TEXTS = st.lists(st.text(alphabet="abcdef", max_size=6), min_size=1, max_size=7)
STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "leave", "answer", "break", "tick"]), TEXTS, st.integers(0, 9)),
    min_size=1,
    max_size=25,
)
LIMITS = st.builds(
    BatchLimits, max_texts=st.integers(1, 5), max_characters=st.integers(1, 12), max_calls=st.integers(1, 3)
)
Step = tuple[Literal["ask", "leave", "answer", "break", "tick"], list[str], int]


def vector_of(text: str) -> list[float]:
    return [float(len(text)), float(sum(map(ord, text)))]


class Provider:
    """Holds every request until it is told to answer or to break it."""

    def __init__(self, limits: BatchLimits) -> None:
        self.limits = limits
        self.open: list[asyncio.Future[None]] = []
        self.tokens = 0

    async def __call__(self, texts: Sequence[str]) -> Embeddings:
        assert len(texts) <= self.limits.max_texts
        assert len(texts) == 1 or sum(map(len, texts)) <= self.limits.max_characters
        gate = asyncio.get_running_loop().create_future()
        self.open.append(gate)
        assert len(self.open) <= self.limits.max_calls
        try:
            await gate
        finally:
            self.open.remove(gate)
        vectors = np.array([vector_of(text) for text in texts], np.float32)
        return Embeddings(
            vectors=vectors, usage=Usage(input_tokens=7 * len(texts)), truncated=(False,) * len(texts), model="m"
        )

    def let_go(self, *, well: bool) -> None:
        for gate in self.open:
            if not gate.done() and well:
                gate.set_result(None)
            elif not gate.done():
                gate.set_exception(ValueError("broken"))


async def play(steps: list[Step], limits: BatchLimits) -> None:
    provider = Provider(limits)
    batcher = EmbeddingBatcher(provider, limits)
    callers: list[tuple[list[str], asyncio.Task[Embeddings]]] = []
    for action, texts, number in steps:
        if action == "ask":
            callers.append((texts, asyncio.create_task(batcher.embed(texts))))
        elif action == "leave" and callers:
            callers[number % len(callers)][1].cancel()
        elif action in {"answer", "break"}:
            provider.let_go(well=action == "answer")
        await asyncio.sleep(0)
    await finish(batcher, provider, callers)


async def finish(
    batcher: EmbeddingBatcher, provider: Provider, callers: list[tuple[list[str], asyncio.Task[Embeddings]]]
) -> None:
    async with asyncio.timeout(5):
        while not all(task.done() for _, task in callers):
            provider.let_go(well=True)
            await asyncio.sleep(0)
    for texts, task in callers:
        if not task.cancelled() and task.exception() is None:
            assert task.result().vectors.tolist() == [vector_of(text) for text in texts]
        elif not task.cancelled():
            assert str(task.exception()) == "broken"
    await batcher.close()
    assert len(asyncio.all_tasks()) == 1


@settings(max_examples=300, deadline=None)
@given(STEPS, LIMITS)
def test_each_caller_gets_the_vectors_of_their_own_texts_in_order(steps: list[Step], limits: BatchLimits):
    assert asyncio.run(play(steps, limits)) is None


@given(st.integers(0, 10_000), st.lists(st.integers(0, 1_000), min_size=1, max_size=20))
def test_shares_are_whole_fair_and_add_up(tokens: int, lengths: list[int]):
    shares = share_tokens(tokens, lengths)
    weights = lengths if any(lengths) else [1] * len(lengths)
    assert sum(shares) == tokens
    fair = [tokens * weight / sum(weights) for weight in weights]
    assert all(abs(share - exact) < 1 for share, exact in zip(shares, fair, strict=True))
