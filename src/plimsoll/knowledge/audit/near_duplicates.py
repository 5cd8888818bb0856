"""Documents that share most of their text, found without comparing every pair. Pure; called by `audit`.

A document is sketched by the 256 smallest hashes of its five-word shingles (Broder 1997, bottom-k); only documents that
share two of their eight smallest are compared, so cost and memory grow with the documents and not with their square.
"""

import heapq
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby

import msgspec
import numpy as np
from numpy.typing import NDArray

SIMILAR_AT = 0.8
"""Share of common shingles (Jaccard) from which two documents count as near duplicates."""

Hashes = NDArray[np.uint32]
"""Hashes of shingles, smallest first."""

_SHINGLE_WORDS = 5
_SKETCH = 256
_KEYS = 8
_KEYS_IN_COMMON = 2
_MOST_A_KEY = 20
_MOST_COMPARED = 100_000
_FEWEST_WORDS = 20
_BEYOND_ASCII = 128
_BETWEEN_WORDS = bytes(code if code >= _BEYOND_ASCII or chr(code).isalnum() else 32 for code in range(256))
_PUNCTUATION = re.compile("[\u00a0-\u00bf\u2000-\u206f\u3000-\u303f\uff01-\uff0f]")
_STEPS = tuple(pow(0x9E3779B97F4A7C15, place + 1, 1 << 64) for place in range(_SHINGLE_WORDS))
_NONE = np.empty(0, np.uint32)


class SimilarPair(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Two documents and how much they share."""

    similarity: float
    """Estimated share of common shingles, 0 to 1; the standard error is 0.03 at most."""
    first: str
    """Id of the one, in the order of ids."""
    second: str
    """Id of the other."""


class SimilarPairs(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison found."""

    pairs: tuple[SimilarPair, ...]
    """The most alike first."""
    found: int
    """How many there are, those that were left out among them."""
    was_cut: bool
    """Whether there was more to compare than is compared."""


class Sketches:
    """The shingles of each document, added as its chunks are read, kept to their smallest hashes."""

    def __init__(self) -> None:
        self._smallest: dict[str, Hashes] = {}
        self._words: Counter[str] = Counter()

    def add(self, chunks: Sequence[tuple[str, str]]) -> None:
        """Add chunks, each an id of a document and a text; a shingle may span chunks of a document that are neighbours.

        It holds the interpreter for milliseconds, so a thread other than the event loop's calls it.
        """
        for document, group in groupby(chunks, key=lambda chunk: chunk[0]):
            hashed = [zlib.crc32(word) for word in chain.from_iterable(_words(text) for _, text in group)]
            self._words[document] += len(hashed)
            known = self._smallest.get(document, _NONE)
            self._smallest[document] = _keep_smallest(np.concatenate((known, _shingles(hashed))))

    def finished(self) -> dict[str, Hashes]:
        """Return the sketches by document, without texts too short to be duplicates in any useful sense."""
        return {name: hashes for name, hashes in self._smallest.items() if self._words[name] >= _FEWEST_WORDS}


def find_similar(sketches: Mapping[str, Hashes], *, most: int) -> SimilarPairs:
    """Return pairs of documents at least `SIMILAR_AT` alike, the most alike first, `most` of them at most."""
    found, best, was_cut = 0, list[SimilarPair](), False
    for compared, (first, second) in enumerate(_candidates(sketches)):
        was_cut = compared == _MOST_COMPARED
        if was_cut:
            break
        share = estimate_similarity(sketches[first], sketches[second])
        if share >= SIMILAR_AT:
            found += 1
            keep = heapq.heappush if len(best) < most else heapq.heappushpop
            keep(best, SimilarPair(similarity=share, first=first, second=second))
    return SimilarPairs(pairs=_in_order(best), found=found, was_cut=was_cut)


def estimate_similarity(first: Hashes, second: Hashes) -> float:
    """Return the Jaccard similarity that two sketches tell of: the shared part of the smallest of both together."""
    union = np.union1d(first, second)[:_SKETCH]
    if not len(union):
        return 0.0
    shared = np.intersect1d(first, second, assume_unique=True)
    return float(np.count_nonzero(shared <= union[-1])) / len(union)


def _words(text: str) -> list[bytes]:
    """Return the words, lower-cased, without what stands between them; marks beyond ASCII are taken out first."""
    plain = text if text.isascii() else _PUNCTUATION.sub(" ", text)
    return plain.lower().encode("utf-8", "surrogatepass").translate(_BETWEEN_WORDS).split()


def _shingles(words: Sequence[int]) -> Hashes:
    """Return a hash of each five words in a row: a polynomial of theirs, mixed (splitmix64), the upper half of it."""
    count = len(words) - _SHINGLE_WORDS + 1
    if count < 1:
        return _NONE
    hashed = np.array(words, np.uint64)
    sums = np.zeros(count, np.uint64)
    for place, step in enumerate(_STEPS):
        sums += hashed[place : place + count] * np.uint64(step)
    sums = (sums ^ (sums >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    sums = (sums ^ (sums >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (sums >> np.uint64(32)).astype(np.uint32)


def _keep_smallest(hashes: Hashes) -> Hashes:
    ordered = np.sort(hashes)
    is_first = np.ones(len(ordered), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first][:_SKETCH].copy()


def _candidates(sketches: Mapping[str, Hashes]) -> Iterator[tuple[str, str]]:
    keys, counts = np.unique(np.concatenate([_NONE, *(one[:_KEYS] for one in sketches.values())]), return_counts=True)
    by_key: dict[int, list[str]] = {key: [] for key in keys[counts > 1].tolist()}
    for name, sketch in sorted(sketches.items()):
        buckets = [by_key[key] for key in sketch[:_KEYS].tolist() if key in by_key]
        common = Counter(chain.from_iterable(buckets))
        yield from ((other, name) for other, count in common.items() if count >= _KEYS_IN_COMMON)
        for known in buckets:
            if len(known) < _MOST_A_KEY:
                known.append(name)


def _in_order(pairs: list[SimilarPair]) -> tuple[SimilarPair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second)))
