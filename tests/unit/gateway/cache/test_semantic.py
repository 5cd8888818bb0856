import numpy as np
import pytest

from plimsoll.errors import ModelMissing
from plimsoll.gateway.cache.question import SemanticQuestion
from plimsoll.gateway.cache.semantic import SemanticCache, Vector
from plimsoll.testing import FakeClock

pytestmark = pytest.mark.anyio


async def point(text: str) -> Vector:
    """Turn a text into a direction: `30 degrees` lies 30 degrees away from `0 degrees`."""
    if text == "broken":
        raise ModelMissing("There is no model.")
    angle = np.radians(float(len(text)))
    return np.array([3 * np.cos(angle), 3 * np.sin(angle)], np.float32)


def asked(letters: int, namespace: str = "n") -> SemanticQuestion:
    return SemanticQuestion(namespace=namespace, text="a" * letters)


async def put(cache: SemanticCache, question: SemanticQuestion, reply: bytes = b"yes", *, by: str = "") -> None:
    cache.keep(await cache.find(question), reply, asked_by=by)


async def found(cache: SemanticCache, question: SemanticQuestion) -> bytes | None:
    hit = (await cache.find(question)).hit
    return None if hit is None else hit.reply


async def test_the_nearest_answer_above_the_threshold_comes_with_its_question():
    cache = SemanticCache(point, FakeClock(), threshold=0.95)
    await put(cache, asked(10), b"ten", by="ada")
    await put(cache, asked(40), b"forty")
    hit = (await cache.find(asked(10))).hit
    assert hit is not None
    assert (hit.reply, hit.question, hit.asked_by) == (b"ten", "a" * 10, "ada")
    assert hit.similarity == pytest.approx(1.0)
    assert await found(cache, asked(70)) is None


async def test_a_near_question_that_differs_in_sense_is_refused_and_counted():
    cache = SemanticCache(point, FakeClock(), threshold=0.9)
    await put(cache, SemanticQuestion(namespace="n", text="plan 2"))
    assert await found(cache, SemanticQuestion(namespace="n", text="plan 3")) is None
    assert (cache.counts().refused, cache.counts().hits) == (1, 0)


async def test_time_ends_an_answer():
    clock = FakeClock()
    cache = SemanticCache(point, clock, seconds=10)
    await put(cache, asked(10))
    clock.advance(9.9)
    assert await found(cache, asked(10)) == b"yes"
    clock.advance(0.2)
    assert (await found(cache, asked(10)), cache.size_bytes) == (None, 0)


async def test_a_namespace_keeps_its_newest_answers():
    cache = SemanticCache(point, FakeClock(), entries=2)
    for letters in (10, 40, 70):
        await put(cache, asked(letters), str(letters).encode())
    assert [await found(cache, asked(letters)) for letters in (10, 40, 70)] == [None, b"40", b"70"]


async def test_the_least_recently_used_namespace_makes_room():
    cache = SemanticCache(point, FakeClock(), max_namespaces=2)
    await put(cache, asked(10, "one"))
    await put(cache, asked(10, "two"))
    await found(cache, asked(10, "one"))
    await put(cache, asked(10, "three"))
    assert [await found(cache, asked(10, name)) for name in ("one", "two", "three")] == [b"yes", None, b"yes"]


async def test_memory_stays_within_its_bound():
    cache = SemanticCache(point, FakeClock(), max_bytes=20_000)
    for number in range(300):
        await put(cache, asked(1 + number % 80, f"n{number % 3}"), bytes(number * 9))
        assert cache.size_bytes <= 20_000
    assert cache.size_bytes > 0


async def test_a_question_without_a_vector_is_a_counted_miss_and_is_not_kept():
    cache = SemanticCache(point, FakeClock())
    await put(cache, SemanticQuestion(namespace="n", text="broken"))
    assert (cache.counts().failures, cache.counts().misses, cache.size_bytes) == (1, 1, 0)


async def test_vectors_of_another_model_are_never_compared():
    lengths = iter([2, 3, 3])

    async def embed(_: str) -> Vector:
        return np.ones(next(lengths), np.float32)

    cache = SemanticCache(embed, FakeClock())
    await put(cache, asked(1), b"old")
    await put(cache, asked(1), b"new")
    assert await found(cache, asked(1)) == b"new"


async def test_a_persons_questions_can_be_erased():
    cache = SemanticCache(point, FakeClock())
    await put(cache, asked(10), by="ada")
    await put(cache, asked(40), by="bob")
    assert cache.erase("ada") == 1
    assert [await found(cache, asked(letters)) for letters in (10, 40)] == [None, b"yes"]
