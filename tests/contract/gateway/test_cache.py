"""One contract over every cache: bytes come back under their own key until their time is over, and never others."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from plimsoll.gateway.cache.memory import MemoryCache
from plimsoll.gateway.cache.shared import RedisCache
from plimsoll.gateway.cache.stored import Cache
from plimsoll.records import Secret, SystemClock, new_id

pytestmark = pytest.mark.anyio
REDIS = "redis://127.0.0.1:6379/0"


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def cache(request: pytest.FixtureRequest) -> AsyncGenerator[Cache]:
    clock = SystemClock()
    prefix = f"plimsoll:test-caches:{new_id(clock)}:"
    made: Cache = (
        MemoryCache(clock, max_bytes=8_000_000)
        if request.param == "memory"
        else RedisCache(Secret(REDIS), clock, prefix=prefix, deadline_seconds=2.0)
    )
    yield made
    await made.close()


async def test_what_was_put_comes_back_as_the_very_bytes(cache: Cache):
    value = bytes(range(256)) * 10
    await cache.put("one", value, seconds=60)
    await cache.put("two", b"", seconds=60)
    assert [await cache.get("one"), await cache.get("two"), await cache.get("three")] == [value, b"", None]


async def test_a_later_value_replaces_an_earlier_one(cache: Cache):
    await cache.put("key", b"old", seconds=60)
    await cache.put("key", b"new", seconds=60)
    assert await cache.get("key") == b"new"


async def test_a_value_is_gone_when_its_time_is_over(cache: Cache):
    await cache.put("brief", b"value", seconds=0.02)
    async with asyncio.timeout(5):
        while await cache.get("brief") is not None:  # noqa: ASYNC110  a cache tells nobody
            await asyncio.sleep(0.01)
    await cache.put("never", b"value", seconds=0)
    assert await cache.get("never") is None


async def test_a_value_that_is_too_large_is_refused_and_counted(cache: Cache):
    await cache.put("huge", bytes(1_000_001), seconds=60)
    assert await cache.get("huge") is None
    assert cache.counts().refused == 1


async def test_hits_and_misses_are_counted(cache: Cache):
    await cache.put("key", b"value", seconds=60)
    for key in ("key", "key", "other"):
        await cache.get(key)
    counts = cache.counts()
    assert (counts.hits, counts.misses, counts.failures) == (2, 1, 0)


async def test_many_at_once_each_get_their_own(cache: Cache):
    async def round_trip(number: int) -> bool:
        await cache.put(f"key{number}", str(number).encode(), seconds=60)
        return await cache.get(f"key{number}") == str(number).encode()

    assert all(await asyncio.gather(*(round_trip(number) for number in range(200))))
