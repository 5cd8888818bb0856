"""Texts that say nearly the same, found without comparing every pair. Pure; called by `check`.

Each text is sketched by MinHash over its four-letter shingles (Broder 1997) and filed under bands of that sketch; only
texts that share a band are compared, and those exactly. Of pairs that are 0.8 alike all but one in five thousand are
seen. It is for questions and messages; documents of a corpus are compared by the knowledge audit, by longer shingles.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.text import words

SIMILAR_AT = 0.8
"""Share of common shingles (Jaccard) from which two texts count as near duplicates."""

_LETTERS = 4
_BANDS = 16
_ROWS = 4
_MOST_IN_A_BAND = 20
_LONGEST = 20_000
_SEED = 20_240_229

Shingles = NDArray[np.uint64]
_DRAWN = np.random.default_rng(_SEED).integers(1, 1 << 63, size=(2, _BANDS * _ROWS), dtype=np.uint64)
_FACTORS, _SHIFTS = _DRAWN[0] | np.uint64(1), _DRAWN[1]


class Twins(msgspec.Struct, frozen=True, kw_only=True):
    """Two texts that say nearly the same."""

    first: str
    """Id of the one, in the order of the texts."""
    second: str
    """Id of the other."""
    similarity: float
    """Share of common shingles, 0.8 to 1; 1 where they differ in case, accents and punctuation at most."""


def find_twins(texts: Mapping[str, str]) -> Iterator[Twins]:
    """Yield each text that says nearly the same as an earlier one, with the first such that is found.

    One pair for a text, so that a thousand of one pattern are a thousand findings and not half a million.
    """
    filed = _Filed()
    for name, text in texts.items():
        sketch = _sketch(text)
        yield from filed.compare(name, sketch)
        filed.add(name, sketch)


def find_twins_between(known: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[Twins]:
    """Yield each of the texts that says nearly the same as one of the known ones, which comes first in the pair."""
    filed = _Filed()
    for name, text in known.items():
        filed.add(name, _sketch(text))
    for name, text in texts.items():
        yield from filed.compare(name, _sketch(text))


class _Sketch(NamedTuple):
    """A text as it is compared."""

    plain: str
    shingles: Shingles
    bands: list[bytes]


class _Filed:
    """Texts, filed under the bands of their sketches."""

    def __init__(self) -> None:
        self._shingles: dict[str, Shingles] = {}
        self._first_of: dict[str, str] = {}
        self._filed: dict[tuple[int, bytes], list[str]] = defaultdict(list)

    def add(self, name: str, text: _Sketch) -> None:
        """File a text; one that is there word for word is not filed again, and one without a word never."""
        if not text.plain or self._first_of.setdefault(text.plain, name) != name:
            return
        self._shingles[name] = text.shingles
        for key in enumerate(text.bands):
            if len(self._filed[key]) < _MOST_IN_A_BAND:
                self._filed[key].append(name)

    def compare(self, name: str, text: _Sketch) -> Iterator[Twins]:
        """Yield the first text found that says nearly the same, if there is one."""
        if same := self._first_of.get(text.plain):
            yield Twins(first=same, second=name, similarity=1.0)
            return
        near = dict.fromkeys(other for key in enumerate(text.bands) for other in self._filed.get(key, ()))
        for other in near:
            share = _jaccard(text.shingles, self._shingles[other])
            if share >= SIMILAR_AT:
                yield Twins(first=other, second=name, similarity=share)
                return


def _sketch(text: str) -> _Sketch:
    plain = " ".join(words(text[:_LONGEST]))
    shingles = _shingles(plain)
    return _Sketch(plain, shingles, _bands(shingles))


def _shingles(text: str) -> Shingles:
    """Return the text's runs of four bytes of UTF-8 as numbers, each once, sorted."""
    letters = np.frombuffer(text.encode("utf-8", "surrogatepass").ljust(_LETTERS), np.uint8).astype(np.uint64)
    runs = letters[: len(letters) - _LETTERS + 1].copy()
    for place in range(1, _LETTERS):
        runs = (runs << np.uint64(8)) | letters[place : len(letters) - _LETTERS + 1 + place]
    return np.unique(runs)


def _bands(shingles: Shingles) -> list[bytes]:
    """Return the sketch in bands: of 64 orders of all shingles (multiply-shift hashes), the smallest of this text."""
    smallest = (shingles[:, None] * _FACTORS + _SHIFTS >> np.uint64(32)).min(axis=0).astype(np.uint32)
    return [row.tobytes() for row in smallest.reshape(_BANDS, _ROWS)]


def _jaccard(first: Shingles, second: Shingles) -> float:
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)
