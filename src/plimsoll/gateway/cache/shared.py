"""A cache that several processes share, in Redis. A server that is down is a miss, never an error."""

from plimsoll.gateway.cache.stored import CacheCounts
from plimsoll.gateway.redis_client import RedisClient
from plimsoll.records import Clock, Secret

_DEADLINE_SECONDS = 0.1
_PAUSE_SECONDS = 1.0
_MAX_VALUE_BYTES = 1_000_000
_CONNECTIONS = 16


class RedisCache:
    """A `Cache` in Redis, which bounds its memory by its own settings (`maxmemory`)."""

    def __init__(
        self,
        url: Secret,
        clock: Clock,
        *,
        prefix: str = "plimsoll:cache:",
        max_value_bytes: int = _MAX_VALUE_BYTES,
        deadline_seconds: float = _DEADLINE_SECONDS,
    ) -> None:
        """Connect at the first use. Raises MissingPart without the extra `redis`."""
        self._client = RedisClient(url, connections=_CONNECTIONS, deadline_seconds=deadline_seconds)
        self._clock = clock
        self._prefix = prefix
        self._max_value_bytes = max_value_bytes
        self._asks_again_at = float("-inf")
        self._hits = self._misses = self._failures = self._refused = 0

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under the key, or None, also where Redis does not answer in time."""
        found: bytes | None = None
        if self._may_ask():
            try:
                found = await self._client.get(self._prefix + key)
            except ConnectionError:
                self._note_failure()
        self._hits += found is not None
        self._misses += found is None
        return found

    async def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep bytes for so many seconds at most; does nothing where Redis does not answer in time."""
        if len(value) > self._max_value_bytes or seconds <= 0:
            self._refused += 1
            return
        if not self._may_ask():
            return
        try:
            await self._client.put(self._prefix + key, value, milliseconds=max(1, int(seconds * 1_000)))
        except ConnectionError:
            self._note_failure()

    def counts(self) -> CacheCounts:
        """Return what this process has done with the cache; Redis itself knows what it evicted."""
        return CacheCounts(hits=self._hits, misses=self._misses, failures=self._failures, refused=self._refused)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _may_ask(self) -> bool:
        """Tell whether Redis is asked: not for a second after it failed, so that a dead server costs nothing."""
        if self._clock.monotonic() >= self._asks_again_at:
            return True
        self._failures += 1
        return False

    def _note_failure(self) -> None:
        self._failures += 1
        self._asks_again_at = self._clock.monotonic() + _PAUSE_SECONDS
