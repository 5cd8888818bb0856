from collections.abc import Sequence

import numpy as np
import pytest

from plimsoll.gateway import Embeddings
from plimsoll.gateway.embedding.batcher import EmbeddingBatcher
from plimsoll.gateway.embedding.vectors import KnownVector, VectorCache, VectorScope, embed_batched, text_keys
from plimsoll.records import Usage

pytestmark = pytest.mark.anyio
SCOPE = VectorScope(fingerprint="openai/small", tenant="t")


class Provider:
    """Embeds a text as its length and remembers what it was asked."""

    def __init__(self, dimensions: int = 2) -> None:
        self.asked: list[list[str]] = []
        self.dimensions = dimensions

    async def __call__(self, texts: Sequence[str]) -> Embeddings:
        self.asked.append(list(texts))
        return Embeddings(
            vectors=np.array([[len(text)] * self.dimensions for text in texts], np.float32),
            usage=Usage(input_tokens=10 * len(texts)),
            truncated=tuple(len(text) > 5 for text in texts),
            model="small",
            cost_usd=0.5 * len(texts),
        )


async def test_a_text_is_asked_for_once_and_costs_once():
    provider, cache = Provider(), VectorCache()
    batcher = EmbeddingBatcher(provider)
    first = await embed_batched(["a", "bb", "a"], batcher=batcher, cache=cache, scope=SCOPE)
    again = await embed_batched(["bb", "ccccccc", "a"], batcher=batcher, cache=cache, scope=SCOPE)
    assert provider.asked == [["a", "bb"], ["ccccccc"]]
    assert [row[0] for row in first.vectors] == [1, 2, 1]
    assert [row[0] for row in again.vectors] == [2, 7, 1]
    assert again.truncated == (False, True, False)
    assert (first.usage.input_tokens, again.usage.input_tokens) == (20, 10)
    assert (first.cost_usd, again.cost_usd) == (1.0, 0.5)


async def test_texts_that_are_all_known_cost_nothing():
    provider, cache = Provider(), VectorCache()
    batcher = EmbeddingBatcher(provider)
    await embed_batched(["a", "bb"], batcher=batcher, cache=cache, scope=SCOPE)
    known = await embed_batched(["bb", "a"], batcher=batcher, cache=cache, scope=SCOPE)
    assert (known.usage, known.cost_usd, known.model, len(provider.asked)) == (Usage(), 0.0, "small", 1)


@pytest.mark.parametrize(
    "other",
    [
        VectorScope(fingerprint="openai/small", tenant="u"),
        VectorScope(fingerprint="openai/large", tenant="t"),
        VectorScope(fingerprint="openai/small", tenant="t", dimensions=256),
    ],
)
def test_tenants_targets_and_dimensions_have_their_own_vectors(other: VectorScope):
    assert not set(text_keys(["a", "b", ""], SCOPE)) & set(text_keys(["a", "b", ""], other))


def test_the_oldest_vectors_make_room_within_the_bound():
    cache = VectorCache(max_bytes=10_000)
    for number in range(100):
        vector = np.zeros(100, np.float32)
        cache.put(str(number).encode(), KnownVector(vector=vector, truncated=False, model="m"))
        assert cache.size_bytes <= 10_000
    assert cache.get(b"99") is not None
    assert cache.get(b"0") is None
    assert (cache.hits, cache.misses) == (1, 1)


async def test_a_kept_vector_does_not_hold_on_to_its_whole_reply():
    cache = VectorCache()
    await embed_batched(["a", "bb"], batcher=EmbeddingBatcher(Provider()), cache=cache, scope=SCOPE)
    known = cache.get(text_keys(["a"], SCOPE)[0])
    assert known is not None
    assert known.vector.base is None


async def test_vectors_that_changed_their_length_are_asked_for_again():
    provider, cache = Provider(), VectorCache()
    batcher = EmbeddingBatcher(provider)
    await embed_batched(["a"], batcher=batcher, cache=cache, scope=SCOPE)
    provider.dimensions = 3
    both = await embed_batched(["a", "bb"], batcher=batcher, cache=cache, scope=SCOPE)
    assert both.vectors.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert provider.asked == [["a"], ["bb"], ["a", "bb"]]
