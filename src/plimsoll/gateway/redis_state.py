"""Asks the Redis of shared limits and caches how it fares: reachable, how fast, and what it gives up when it is full.

`plimsoll doctor` calls it through the project. It changes nothing there.
"""

import time
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from plimsoll.errors import LimitsUnavailable
from plimsoll.gateway.redis_client import RedisClient
from plimsoll.records import Secret

_PINGS = 5


class RedisState(msgspec.Struct, frozen=True, kw_only=True):
    """What a Redis says of itself."""

    version: str
    """Its version."""
    latency_ms: float
    """The shortest of a few round trips."""
    used_bytes: int
    """Memory that it uses."""
    most_bytes: int
    """Memory that it may use (`maxmemory`); 0: as much as there is."""
    eviction: str
    """What it gives up when that is used (`maxmemory-policy`)."""

    @property
    def keeps_counts(self) -> bool:
        """Tell whether counts of limits, which are used all the time, stay when memory runs out.

        By `volatile-ttl` they go first, since they expire within minutes; by a random policy, now and then.
        """
        return self.most_bytes == 0 or self.eviction.endswith(("-lru", "-lfu"))


async def examine_redis(url: Secret, *, timeout_seconds: float = 2.0) -> RedisState:
    """Return what the server says of itself; raises LimitsUnavailable, and MissingPart without the extra `redis`."""
    client = RedisClient(url, connections=1, deadline_seconds=timeout_seconds)
    try:
        latencies = [await _measure(client.ping) for _ in range(_PINGS)]
        return _read(await client.describe(), latency_ms=min(latencies) * 1_000)
    except ConnectionError as error:
        raise LimitsUnavailable(
            f"The Redis of [gateway] redis_url does not answer: {error}.",
            next_step="Start it, or correct the address.",
        ) from error
    finally:
        await client.close()


async def _measure(ask: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await ask()
    return time.perf_counter() - began


def _read(said: Mapping[str, object], *, latency_ms: float) -> RedisState:
    return RedisState(
        version=str(said.get("redis_version", "?")),
        latency_ms=latency_ms,
        used_bytes=int(str(said.get("used_memory", 0))),
        most_bytes=int(str(said.get("maxmemory", 0))),
        eviction=str(said.get("maxmemory_policy", "noeviction")),
    )
