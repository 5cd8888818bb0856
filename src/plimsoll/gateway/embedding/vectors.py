"""Vectors of texts that were embedded before, by the hash of what they are a function of.

The gateway asks it before a provider. In this process and bounded in bytes; a vector has no time to live, since the
same text at the same target gives the same vector.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.gateway.chat import Embeddings
from plimsoll.gateway.embedding.batcher import EmbeddingBatcher
from plimsoll.records import Usage

_ENTRY_BYTES = 400
"""What an entry weighs besides its vector: key, record, array header and its place in the dictionary."""


class VectorScope(msgspec.Struct, frozen=True, kw_only=True):
    """What a vector depends on besides its text, and who may share it.

    A vector reveals nothing that whoever holds the text could not compute. What sharing reveals is that somebody
    embedded that very text before, by the time it takes and the tokens it costs. So tenants are kept apart unless all
    pass "".
    """

    fingerprint: str
    """Names provider, address, model and parameters."""
    tenant: str
    """Whose texts they are; "" shares them with everyone who passes it."""
    dimensions: int | None = None
    """Length of vector that was asked for; None leaves it to the model."""


class KnownVector(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a text."""

    vector: NDArray[np.float32]
    """Its vector."""
    truncated: bool
    """Whether its end was cut off."""
    model: str
    """The model that made it, as the provider names it."""


class VectorCache:
    """Keeps vectors by content hash; the least recently used go first."""

    def __init__(self, *, max_bytes: int = 64_000_000) -> None:
        """Begin empty."""
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, KnownVector] = OrderedDict()
        self._bytes = 0
        self.hits = 0
        """Texts whose vector was known."""
        self.misses = 0
        """Texts whose vector was not."""

    @property
    def size_bytes(self) -> int:
        """Return what the entries weigh."""
        return self._bytes

    def get(self, key: bytes) -> KnownVector | None:
        """Return what is kept under a key."""
        known = self._entries.get(key)
        if known is None:
            self.misses += 1
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return known

    def put(self, key: bytes, known: KnownVector) -> None:
        """Keep a vector under a key; older ones make room."""
        before = self._entries.pop(key, None)
        self._bytes -= 0 if before is None else weigh(before)
        self._entries[key] = known
        self._bytes += weigh(known)
        while self._bytes > self._max_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= weigh(oldest)


def weigh(known: KnownVector) -> int:
    """Return the bytes that an entry takes."""
    return known.vector.nbytes + _ENTRY_BYTES


def text_keys(texts: Sequence[str], scope: VectorScope) -> list[bytes]:
    """Return the key of each text: a SHA-256 over the scope and the text."""
    prefix = hashlib.sha256(msgspec.json.encode(scope))
    keys: list[bytes] = []
    for text in texts:
        hashed = prefix.copy()
        hashed.update(text.encode("utf-8", "surrogatepass"))
        keys.append(hashed.digest())
    return keys


async def embed_batched(
    texts: Sequence[str], *, batcher: EmbeddingBatcher, cache: VectorCache, scope: VectorScope
) -> Embeddings:
    """Return the vectors of texts in order, asking only for those that are not known, each once.

    Tokens and cost are those of what was asked for: nothing where all is known. Raises as `EmbeddingBatcher.embed`.
    """
    keys = text_keys(texts, scope)
    found = {key: cache.get(key) for key in dict.fromkeys(keys)}
    missing = {key: text for key, text in zip(keys, texts, strict=True) if found[key] is None}
    known = {key: vector for key, vector in found.items() if vector is not None}
    if not missing:
        return assemble([known[key] for key in keys], Usage(), cost_usd=0.0)
    fresh = await batcher.embed(list(missing.values()))
    if any(len(kept.vector) != fresh.vectors.shape[1] for kept in known.values()):
        # The model behind the name has changed; vectors of two models must not stand in one reply.
        missing = dict(zip(keys, texts, strict=True))
        fresh = await batcher.embed(list(missing.values()))
    for row, key in enumerate(missing):
        # A copy: a row of the reply would keep the whole reply in memory.
        vector = np.array(fresh.vectors[row], np.float32)
        known[key] = KnownVector(vector=vector, truncated=fresh.truncated[row], model=fresh.model)
        cache.put(key, known[key])
    return assemble([known[key] for key in keys], fresh.usage, cost_usd=fresh.cost_usd)


def assemble(rows: Sequence[KnownVector], usage: Usage, *, cost_usd: float | None) -> Embeddings:
    """Return known vectors as one reply."""
    return Embeddings(
        vectors=np.stack([row.vector for row in rows]),
        usage=usage,
        truncated=tuple(row.truncated for row in rows),
        model=rows[0].model,
        cost_usd=cost_usd,
    )
