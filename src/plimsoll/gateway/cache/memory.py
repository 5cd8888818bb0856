"""A cache in this process: the least recently used values go first, and none outlives its time."""

from collections import OrderedDict

from plimsoll.gateway.cache.stored import CacheCounts
from plimsoll.records import Clock

_ENTRY_BYTES = 400
"""What an entry weighs besides its value: key, tuple, two floats and its place in the dictionary."""


class MemoryCache:
    """A `Cache` bounded in bytes and entries. Gone when the process ends."""

    def __init__(self, clock: Clock, *, max_bytes: int = 64_000_000, max_entries: int = 100_000) -> None:
        """Begin empty; a value that alone exceeds an eighth of the bytes is never kept."""
        self._clock = clock
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._bytes = 0
        self._hits = self._misses = self._refused = self._evicted = 0

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under the key, or None."""
        entry = self._entries.get(key)
        if entry is None:
            self._misses += 1
            return None
        if entry[1] <= self._clock.monotonic():
            self._remove(key)
            self._misses += 1
            return None
        self._entries.move_to_end(key)
        self._hits += 1
        return entry[0]

    async def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep bytes for so many seconds at most; older values make room."""
        if key in self._entries:
            self._remove(key)
        if len(value) > self._max_bytes // 8 or seconds <= 0:
            self._refused += 1
            return
        self._entries[key] = (value, self._clock.monotonic() + seconds)
        self._bytes += len(value) + _ENTRY_BYTES
        while self._bytes > self._max_bytes or len(self._entries) > self._max_entries:
            self._remove(next(iter(self._entries)))
            self._evicted += 1

    def counts(self) -> CacheCounts:
        """Return what the cache has done."""
        return CacheCounts(hits=self._hits, misses=self._misses, refused=self._refused, evicted=self._evicted)

    @property
    def size_bytes(self) -> int:
        """Return what the entries weigh."""
        return self._bytes

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = 0

    def _remove(self, key: str) -> None:
        value, _ = self._entries.pop(key)
        self._bytes -= len(value) + _ENTRY_BYTES
