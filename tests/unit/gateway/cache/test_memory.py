import pytest

from plimsoll.gateway.cache.memory import MemoryCache
from plimsoll.testing import FakeClock

pytestmark = pytest.mark.anyio


async def test_the_least_recently_used_value_makes_room():
    cache = MemoryCache(FakeClock(), max_entries=2)
    await cache.put("a", b"1", seconds=60)
    await cache.put("b", b"2", seconds=60)
    await cache.get("a")
    await cache.put("c", b"3", seconds=60)
    assert [await cache.get(key) for key in "abc"] == [b"1", None, b"3"]
    assert cache.counts().evicted == 1


async def test_memory_stays_within_its_bound_whatever_is_put():
    cache = MemoryCache(FakeClock(), max_bytes=100_000)
    for number in range(1_000):
        await cache.put(str(number % 300), bytes(number * 13), seconds=60)
        assert cache.size_bytes <= 100_000
    assert cache.size_bytes > 0


async def test_time_ends_a_value_to_the_second():
    clock = FakeClock()
    cache = MemoryCache(clock)
    await cache.put("key", b"value", seconds=10)
    clock.advance(9.999)
    assert await cache.get("key") == b"value"
    clock.advance(0.001)
    assert await cache.get("key") is None
    assert cache.size_bytes == 0


async def test_a_value_that_may_not_be_kept_does_not_leave_an_older_one_behind():
    cache = MemoryCache(FakeClock(), max_bytes=8_000)
    await cache.put("key", b"old", seconds=60)
    await cache.put("key", bytes(2_000), seconds=60)
    assert await cache.get("key") is None


async def test_closing_forgets_everything():
    cache = MemoryCache(FakeClock())
    await cache.put("key", b"value", seconds=60)
    await cache.close()
    assert (await cache.get("key"), cache.size_bytes) == (None, 0)
