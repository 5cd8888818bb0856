"""Documents that share most of their text, found without comparing every pair. Pure; called by `audit`.

A document is sketched by the 256 smallest hashes of its five-word shingles (Broder 1997, bottom-k); only documents that
share one of their eight smallest are compared, so cost and memory grow with the documents and not with their square.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from plimsoll.text import words

SIMILAR_AT = 0.8
"""Share of common shingles (Jaccard) from which two documents count as near duplicates."""

_SHINGLE_WORDS = 5
_SKETCH = 256
_KEYS = 8
_MOST_A_KEY = 20
_FEWEST_WORDS = 20


class SimilarPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two documents and how much they share."""

    first: str
    """Id of the one, in the order of ids."""
    second: str
    """Id of the other."""
    similarity: float
    """Estimated share of common shingles, 0 to 1; the standard error is 0.03 at most."""


class Sketch:
    """The shingles of a document, added text by text, kept to their smallest hashes."""

    def __init__(self) -> None:
        self._smallest: set[int] = set()
        self._words = 0

    def add(self, text: str) -> None:
        """Add one piece of the document's text; a shingle never spans two pieces."""
        tokens = words(text)
        self._words += len(tokens)
        shingles = {
            " ".join(tokens[at : at + _SHINGLE_WORDS]) for at in range(max(1, len(tokens) - _SHINGLE_WORDS + 1))
        }
        hashed = {int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest()) for one in shingles}
        self._smallest = set(sorted(self._smallest | hashed)[:_SKETCH])

    def hashes(self) -> tuple[int, ...]:
        """Return the sketch, smallest first; empty for a text too short to be a duplicate in any useful sense."""
        return tuple(sorted(self._smallest)) if self._words >= _FEWEST_WORDS else ()


def find_similar(sketches: Mapping[str, tuple[int, ...]], *, most: int) -> list[SimilarPair]:
    """Return pairs of documents at least `SIMILAR_AT` alike, the most alike first, `most` of them at most."""
    pairs = [
        SimilarPair(first=first, second=second, similarity=share)
        for first, second in sorted(_candidates(sketches))
        if (share := estimate_similarity(sketches[first], sketches[second])) >= SIMILAR_AT
    ]
    return sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second))[:most]


def estimate_similarity(first: Iterable[int], second: Iterable[int]) -> float:
    """Return the Jaccard similarity that two sketches tell of: the shared part of the smallest of both together."""
    one, other = set(first), set(second)
    union = sorted(one | other)[:_SKETCH]
    return len([value for value in union if value in one and value in other]) / len(union) if union else 0.0


def _candidates(sketches: Mapping[str, tuple[int, ...]]) -> set[tuple[str, str]]:
    by_key: dict[int, list[str]] = defaultdict(list)
    pairs: set[tuple[str, str]] = set()
    for name, sketch in sorted(sketches.items()):
        for key in sketch[:_KEYS]:
            known = by_key[key]
            pairs.update((other, name) for other in known)
            if len(known) < _MOST_A_KEY:
                known.append(name)
    return pairs
