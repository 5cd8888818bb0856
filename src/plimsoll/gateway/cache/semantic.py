"""Answers to questions that mean the same, for callers who opted in. In this process, bounded, and for a while only.

A namespace holds everything of a call but its last question, the tenant first of all; nothing is ever looked for
outside it. Within it the nearest question must be near enough and must not differ in numbers, names or sense.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import PlimsollError
from plimsoll.gateway.cache.agreement import find_difference
from plimsoll.gateway.cache.question import SemanticQuestion
from plimsoll.records import Clock

Vector = NDArray[np.float32]
"""One text's vector, of any length but zero."""
Embed = Callable[[str], Awaitable[Vector]]
"""Gives the vector of a text."""

THRESHOLD = 0.93
"""Least cosine of two questions that may share an answer; chosen by `benchmarks/semantic_cache.py`."""

_EMBED_SECONDS = 2.0
_MOST_CANDIDATES = 8
_ENTRY_BYTES = 500
"""What an entry weighs besides its vector, its question and its reply."""


class SemanticHit(msgspec.Struct, frozen=True, kw_only=True):
    """An answer given before to a question that means the same."""

    reply: bytes
    """What was kept."""
    similarity: float
    """Cosine between the two questions, at most 1."""
    question: str
    """The question that it answered."""
    asked_by: str
    """Who asked it then."""


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for a question, and what it takes to keep an answer to it."""

    question: SemanticQuestion
    """What was asked."""
    hit: SemanticHit | None = None
    """The answer; None: ask a model, then `keep` what it says."""
    vector: Vector | None = None
    """The question's vector, of length one; None where it could not be made."""


class SemanticCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What the cache has done since it was made."""

    hits: int = 0
    """Lookups that found an answer."""
    misses: int = 0
    """Lookups that did not, failures included."""
    refused: int = 0
    """Lookups that found a near question and saw that it differs in numbers, names or sense."""
    failures: int = 0
    """Lookups whose question could not be turned into a vector."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    question: str
    reply: bytes
    asked_by: str
    expires_at: float

    def weigh(self, dimensions: int) -> int:
        return len(self.reply) + 4 * len(self.question) + 4 * dimensions + _ENTRY_BYTES


class _Shelf:
    """The entries of one namespace, oldest first, with their vectors in the same order."""

    def __init__(self, dimensions: int) -> None:
        self.entries: list[_Entry] = []
        self._vectors = np.zeros((8, dimensions), np.float32)

    @property
    def dimensions(self) -> int:
        return int(self._vectors.shape[1])

    def rank(self, vector: Vector, threshold: float) -> list[tuple[int, float]]:
        """Return places and similarities of the entries at or above the threshold, the nearest first."""
        near = self._vectors[: len(self.entries)] @ vector
        places = np.flatnonzero(near >= threshold)
        nearest = places[np.argsort(-near[places], kind="stable")][:_MOST_CANDIDATES]
        return [(int(place), min(1.0, float(near[place]))) for place in nearest]

    def add(self, entry: _Entry, vector: Vector) -> None:
        count = len(self.entries)
        if count == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[count] = vector
        self.entries.append(entry)

    def keep_only(self, places: list[int]) -> None:
        """Drop every entry but those at the places, which are in order."""
        self._vectors[: len(places)] = self._vectors[places]
        self.entries = [self.entries[place] for place in places]


class SemanticCache:
    """Finds answers to questions that mean the same."""

    def __init__(
        self,
        embed: Embed,
        clock: Clock,
        *,
        threshold: float = THRESHOLD,
        entries: int = 1_000,
        seconds: float = 3_600.0,
        max_namespaces: int = 1_000,
        max_bytes: int = 64_000_000,
    ) -> None:
        """Keep at most `entries` answers a namespace, each for `seconds`; the least used namespace makes room."""
        self._embed = embed
        self._clock = clock
        self._threshold = threshold
        self._entries = entries
        self._seconds = seconds
        self._max_namespaces = max_namespaces
        self._max_bytes = max_bytes
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._bytes = 0
        self._hits = self._misses = self._refused = self._failures = 0

    async def find(self, question: SemanticQuestion) -> Lookup:
        """Look for an answer. A question that cannot be turned into a vector in time is a counted miss."""
        vector = await self._read_vector(question.text)
        hit = None if vector is None else self._search(question, vector)
        self._hits += hit is not None
        self._misses += hit is None
        return Lookup(question=question, hit=hit, vector=vector)

    def keep(self, lookup: Lookup, reply: bytes, *, asked_by: str = "") -> None:
        """Keep the answer to a question that was looked up; does nothing where it has no vector or is too large."""
        if lookup.vector is None or len(reply) > self._max_bytes // 8:
            return
        shelf = self._open_shelf(lookup.question.namespace, len(lookup.vector))
        if len(shelf.entries) >= self._entries:
            self._drop(shelf, [0])
        entry = _Entry(
            question=lookup.question.text,
            reply=reply,
            asked_by=asked_by,
            expires_at=self._clock.monotonic() + self._seconds,
        )
        shelf.add(entry, lookup.vector)
        self._bytes += entry.weigh(shelf.dimensions)
        self._make_room()

    def erase(self, asked_by: str) -> int:
        """Forget every answer to a person's questions and return how many there were."""
        erased = 0
        for shelf in self._shelves.values():
            theirs = [place for place, entry in enumerate(shelf.entries) if entry.asked_by == asked_by]
            self._drop(shelf, theirs)
            erased += len(theirs)
        return erased

    def counts(self) -> SemanticCounts:
        """Return what the cache has done."""
        return SemanticCounts(hits=self._hits, misses=self._misses, refused=self._refused, failures=self._failures)

    @property
    def size_bytes(self) -> int:
        """Return what the entries weigh."""
        return self._bytes

    async def _read_vector(self, text: str) -> Vector | None:
        try:
            async with asyncio.timeout(_EMBED_SECONDS):
                vector = await self._embed(text)
        except (PlimsollError, TimeoutError):
            self._failures += 1
            return None
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or length == 0.0:
            self._failures += 1
            return None
        return np.asarray(vector / length, dtype=np.float32)

    def _search(self, question: SemanticQuestion, vector: Vector) -> SemanticHit | None:
        shelf = self._shelves.get(question.namespace)
        if shelf is None or shelf.dimensions != len(vector):
            return None
        self._shelves.move_to_end(question.namespace)
        self._drop_expired(shelf)
        ranked = shelf.rank(vector, self._threshold)
        for place, similarity in ranked:
            entry = shelf.entries[place]
            if find_difference(question.text, entry.question) is None:
                return SemanticHit(
                    reply=entry.reply, similarity=similarity, question=entry.question, asked_by=entry.asked_by
                )
        self._refused += bool(ranked)
        return None

    def _open_shelf(self, namespace: str, dimensions: int) -> _Shelf:
        """Return the namespace's shelf; one whose vectors have another length belongs to another model and goes."""
        shelf = self._shelves.get(namespace)
        if shelf is not None and shelf.dimensions != dimensions:
            self._discard(namespace)
            shelf = None
        if shelf is None:
            shelf = self._shelves[namespace] = _Shelf(dimensions)
        self._shelves.move_to_end(namespace)
        return shelf

    def _make_room(self) -> None:
        """Keep within the bounds: whole namespaces go, the least recently used first, then the oldest entries."""
        while len(self._shelves) > 1 and (len(self._shelves) > self._max_namespaces or self._bytes > self._max_bytes):
            self._discard(next(iter(self._shelves)))
        newest = next(reversed(self._shelves.values()))
        while self._bytes > self._max_bytes:
            self._drop(newest, [0])

    def _discard(self, namespace: str) -> None:
        shelf = self._shelves.pop(namespace)
        self._bytes -= sum(entry.weigh(shelf.dimensions) for entry in shelf.entries)

    def _drop_expired(self, shelf: _Shelf) -> None:
        """Drop the entries whose time is over. All live equally long, so they are the oldest ones."""
        now = self._clock.monotonic()
        over = 0
        while over < len(shelf.entries) and shelf.entries[over].expires_at <= now:
            over += 1
        self._drop(shelf, list(range(over)))

    def _drop(self, shelf: _Shelf, places: list[int]) -> None:
        if not places:
            return
        self._bytes -= sum(shelf.entries[place].weigh(shelf.dimensions) for place in places)
        gone = set(places)
        shelf.keep_only([place for place in range(len(shelf.entries)) if place not in gone])
