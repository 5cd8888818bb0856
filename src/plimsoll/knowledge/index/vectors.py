"""The vectors of a snapshot: exact where few rows may be read; where many may, their signs say which are worth a look.

`snapshot` asks it. A vector's signs are one bit a number: whether it lies above the mean. Rows that share most signs
with the question are few and hold nearly all of the nearest, whatever a filter leaves out (Charikar 2002, section 3).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.embedding import Vectors

Rows = NDArray[np.int32]
"""Numbers of rows, ascending."""
Signs = NDArray[np.uint64]
"""64 signs a number, shape (words, rows): one word of all rows lies together."""

EXACT_UP_TO = 20_000
"""Rows of a view up to which every vector is looked at."""
VECTORS = "vectors.f4"
"""File of the vectors, in the order of rows."""

_LEAST_LOOKED = 4_000
_LOOKED_A_HIT = 40
_ROWS_AT_ONCE = 8_192
_SIGNS_AT_ONCE = 65_536
_GATHERED_BELOW = 1 / 6
"""Share of rows below which gathering their signs takes less time than comparing all of them."""
_SAMPLE = 20_000
_WORD = 64
_SIGNS, _MEANS = "signs.npy", "means.npy"


class VectorFile:
    """The open vectors. Safe to use from several threads."""

    def __init__(self, folder: Path, *, dimensions: int, exact_up_to: int = EXACT_UP_TO) -> None:
        self._exact_up_to = exact_up_to
        self._vectors = map_vectors(folder, dimensions)
        self._signs: Signs = np.load(folder / _SIGNS)
        self._means: Vectors = np.load(folder / _MEANS)

    def cosines(self, rows: NDArray[np.integer], question: Vectors) -> Vectors:
        """Return the cosine of each row's vector with the question's."""
        cosines = np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[first : first + _ROWS_AT_ONCE]
            cosines[first : first + len(part)] = _dot(self._vectors[part], question)
        return cosines

    def nearest(self, question: Vectors, among: Rows | None, *, limit: int) -> tuple[Rows, Vectors]:
        """Return the rows nearest to the question and their cosines, best first, among some rows or all (None).

        Exact up to `EXACT_UP_TO` rows; beyond, of those whose signs are nearest.
        """
        count = len(self._vectors) if among is None else len(among)
        looked = among if count <= self._exact_up_to else self._likely(question, among, limit)
        cosines = _dot(self._vectors, question) if looked is None else self.cosines(looked, question)
        kept = min(limit, len(cosines))
        best = np.argpartition(-cosines, kept - 1)[:kept] if kept else np.zeros(0, np.intp)
        ordered = best[np.argsort(-cosines[best], kind="stable")]
        rows = ordered.astype(np.int32) if looked is None else looked[ordered]
        return rows, cosines[ordered]

    def _likely(self, question: Vectors, among: Rows | None, limit: int) -> Rows:
        differing = self._count_differing(question, among)
        wanted = max(_LEAST_LOOKED, _LOOKED_A_HIT * limit)
        farthest = int(np.searchsorted(np.cumsum(np.bincount(differing)), wanted))
        near = np.flatnonzero(differing <= farthest).astype(np.int32)  # never fewer than wanted: all that are as near
        return near if among is None else among[near]

    def _count_differing(self, question: Vectors, among: Rows | None) -> NDArray[np.uint16]:
        """Return how many signs of each row differ from the question's."""
        asked = _signs_of(question[np.newaxis], self._means)[:, 0]
        total = self._signs.shape[1]
        if among is not None and len(among) < _GATHERED_BELOW * total:
            return _differing(self._signs[:, among], asked)
        parts = range(0, total, _SIGNS_AT_ONCE)
        everywhere = [_differing(self._signs[:, first : first + _SIGNS_AT_ONCE], asked) for first in parts]
        differing = np.concatenate(everywhere)
        return differing if among is None else differing[among]


def map_vectors(folder: Path, dimensions: int) -> Vectors:
    """Return the vectors of all rows as they lie on the disk."""
    path = folder / VECTORS
    if not path.stat().st_size:
        return np.zeros((0, dimensions), np.float32)
    # A plain array over the mapped file: slicing numpy's own memmap class costs more than what is computed.
    return np.asarray(np.memmap(path, "<f4", mode="r")).reshape(-1, dimensions)


def write_signs(folder: Path, dimensions: int) -> None:
    """Write the signs of the vectors that lie in the folder."""
    vectors = map_vectors(folder, dimensions)
    sample = vectors[:: len(vectors) // _SAMPLE + 1]
    means = sample.mean(axis=0) if len(sample) else np.zeros(dimensions, np.float32)
    signs = np.zeros((-(-dimensions // _WORD), len(vectors)), np.uint64)
    for first in range(0, len(vectors), _ROWS_AT_ONCE):
        part = vectors[first : first + _ROWS_AT_ONCE]
        signs[:, first : first + len(part)] = _signs_of(part, means)
    np.save(folder / _SIGNS, signs)
    np.save(folder / _MEANS, means)


def _signs_of(vectors: Vectors, means: Vectors) -> Signs:
    bits = np.packbits(vectors > means, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(padded.view("<u8").T)


def _differing(signs: Signs, asked: Signs) -> NDArray[np.uint16]:
    # Word by word, so that the rows of one step stay in the processor's cache.
    total = np.zeros(signs.shape[1], np.uint16)
    for word, own in zip(signs, asked, strict=True):
        total += np.bitwise_count(word ^ own)
    return total


def _dot(vectors: Vectors, question: Vectors) -> Vectors:
    # Row by row in one thread, at the speed of memory: a product of matrix and vector takes three times as long, and
    # its threads wait for each other on a busy machine.
    product: Vectors = np.vecdot(vectors, question)
    return product
