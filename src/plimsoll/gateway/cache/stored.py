"""What a cache of replies is, and the record it keeps. `MemoryCache` and `RedisCache` are its two kinds.

The gateway's callers look up and keep; nothing here decides what may be cached or for how long.
"""

from datetime import datetime
from typing import Protocol

import msgspec

from plimsoll.records import Usage


class CachedReply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reply as it was given to its first caller."""

    body: bytes
    """The body, in the wire that the key names."""
    model: str
    """The model that answered."""
    provider: str
    """Who served it."""
    usage: Usage
    """What the first call used; a call answered from the cache uses nothing."""
    created_at: datetime
    """When it was answered."""


class CacheCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a cache has done since it was made."""

    hits: int = 0
    """Lookups that found something."""
    misses: int = 0
    """Lookups that found nothing, failures included."""
    failures: int = 0
    """Lookups and writes that the cache's server did not answer, or that were not tried because it just failed."""
    refused: int = 0
    """Values that were too large to keep."""
    evicted: int = 0
    """Values that made room for newer ones."""


class Cache(Protocol):
    """Keeps bytes for a while under a key. Losing them is always allowed; giving back others never is."""

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under the key, or None. Never raises for a cache that is out of reach."""
        ...

    async def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep bytes for so many seconds at most. Never raises for a cache that is out of reach or full."""
        ...

    def counts(self) -> CacheCounts:
        """Return what the cache has done."""
        ...

    async def close(self) -> None:
        """Let go of memory and connections."""
        ...


_DECODER = msgspec.msgpack.Decoder(CachedReply)
_ENCODER = msgspec.msgpack.Encoder()


def pack_reply(reply: CachedReply) -> bytes:
    """Return a reply as bytes for a cache."""
    return _ENCODER.encode(reply)


def unpack_reply(packed: bytes) -> CachedReply | None:
    """Return the reply in the bytes, or None where another version wrote them."""
    try:
        return _DECODER.decode(packed)
    except msgspec.DecodeError:
        return None
