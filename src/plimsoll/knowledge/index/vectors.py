"""The vectors of a snapshot: exact where few rows may be read, by clusters where many may. `snapshot` asks it.

Rows lie cluster by cluster, and within a cluster audience by audience, so that what a caller may read is a few long
runs of the file. Clusters are made from `CLUSTER_FROM` rows on: spherical k-means on a sample
(Dhillon and Modha 2001).
"""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.embedding import Vectors

Places = NDArray[np.int64]
"""Places in the file of vectors, which is not in the order of rows."""

CLUSTER_FROM = 200_000
"""Rows from which clusters are made, and rows of a view up to which each is looked at."""

_SHARE_PROBED = 0.04
_LEAST_PROBED = 20_000
_LONG_RUN = 48
_ROWS_AT_ONCE = 8_192
_SAMPLE_A_CLUSTER = 48
_ROUNDS = 6
_SEED = 20_240_501
_FILES = ("vectors.npy", "row_at.npy", "centroids.npy", "bounds.npy")


class Runs(msgspec.Struct, frozen=True):
    """The places that may be looked at, as runs that stay within a cluster."""

    starts: Places
    """First place of each."""
    ends: Places
    """One past the last place of each."""
    clusters: Places
    """Cluster of each."""
    count: int
    """Places in all."""

    def among(self, chosen: NDArray[np.bool_]) -> "Runs":
        """Return the runs of the chosen clusters."""
        kept = chosen[self.clusters]
        starts, ends = self.starts[kept], self.ends[kept]
        return Runs(starts, ends, self.clusters[kept], int((ends - starts).sum()))


class VectorFile:
    """The open file of vectors. Safe to use from several threads."""

    def __init__(self, folder: Path, *, exact_up_to: int = CLUSTER_FROM) -> None:
        self._exact_up_to = exact_up_to
        vectors, row_at, centroids, bounds = (folder / name for name in _FILES)
        # A plain array over the mapped file: slicing numpy's own memmap class costs more than what is computed.
        self._vectors: Vectors = np.asarray(np.load(vectors, mmap_mode="r"))
        self._row_at: NDArray[np.int32] = np.load(row_at)
        self._centroids: Vectors = np.load(centroids)
        self._bounds: Places = np.load(bounds)
        self._place_of = np.empty_like(self._row_at)
        self._place_of[self._row_at] = np.arange(len(self._row_at), dtype=np.int32)

    def runs_of(self, mask: NDArray[np.bool_]) -> Runs:
        """Return where the rows of the mask lie."""
        here = mask[self._row_at]
        begins = np.ones(len(here), np.bool_)
        begins[1:] = here[1:] != here[:-1]
        begins[self._bounds[:-1][self._bounds[:-1] < len(here)]] = True
        firsts = np.flatnonzero(begins)
        ends = np.append(firsts[1:], len(here))
        kept = here[firsts]
        clusters = np.searchsorted(self._bounds, firsts[kept], side="right") - 1
        return Runs(firsts[kept], ends[kept], clusters, int(np.count_nonzero(here)))

    def cosines(self, rows: NDArray[np.int64], question: Vectors) -> Vectors:
        """Return the cosine of each row's vector with the question's."""
        return _dot(self._vectors[self._place_of[rows]], question)

    def nearest(self, question: Vectors, runs: Runs, *, limit: int) -> tuple[NDArray[np.int32], Vectors]:
        """Return the rows nearest to the question and their cosines, best first: exact up to `CLUSTER_FROM` rows."""
        looked = runs if runs.count <= self._exact_up_to else self._probe(question, runs, limit)
        cosines = self._score(looked, question)
        kept = min(limit, len(cosines))
        if not kept:
            return self._row_at[:0], cosines
        best = np.argpartition(-cosines, kept - 1)[:kept]
        ordered = best[np.argsort(-cosines[best], kind="stable")]
        return self._row_at[_places_in(looked, ordered)], cosines[ordered]

    def _probe(self, question: Vectors, runs: Runs, limit: int) -> Runs:
        # Clusters are taken, nearest first, until enough rows that may be read are among them: never too few are left.
        readable = np.bincount(runs.clusters, runs.ends - runs.starts, minlength=len(self._centroids))
        nearest = np.argsort(-_dot(self._centroids, question))
        wanted = max(_LEAST_PROBED, limit, int(_SHARE_PROBED * runs.count))
        taken = int(np.searchsorted(np.cumsum(readable[nearest]), wanted)) + 1
        chosen = np.zeros(len(self._centroids), np.bool_)
        chosen[nearest[:taken]] = True
        return runs.among(chosen)

    def _score(self, runs: Runs, question: Vectors) -> Vectors:
        if runs.count == len(self._vectors):
            return _dot(self._vectors, question)
        cosines = np.empty(runs.count, np.float32)
        if runs.count >= _LONG_RUN * len(runs.starts):
            at = 0
            for start, end in zip(runs.starts.tolist(), runs.ends.tolist(), strict=True):
                cosines[at : at + end - start] = _dot(self._vectors[start:end], question)
                at += end - start
            return cosines
        places = _places_in(runs, np.arange(runs.count))
        for first in range(0, runs.count, _ROWS_AT_ONCE):
            part = places[first : first + _ROWS_AT_ONCE]
            cosines[first : first + len(part)] = _dot(self._vectors[part], question)
        return cosines


def write_vectors(
    folder: Path, unordered: Vectors, *, audiences: NDArray[np.int32], cluster_from: int = CLUSTER_FROM
) -> None:
    """Write the vectors of all rows into the folder, in the order in which they are looked at."""
    clusters, centroids = _cluster(unordered, cluster_from)
    row_at = np.lexsort((audiences, clusters)).astype(np.int32)
    counts = np.bincount(clusters, minlength=len(centroids))
    ordered = np.lib.format.open_memmap(folder / _FILES[0], mode="w+", dtype=np.float32, shape=unordered.shape)
    for first in range(0, len(row_at), _ROWS_AT_ONCE):
        ordered[first : first + _ROWS_AT_ONCE] = unordered[row_at[first : first + _ROWS_AT_ONCE]]
    ordered.flush()
    np.save(folder / _FILES[1], row_at)
    np.save(folder / _FILES[2], centroids)
    np.save(folder / _FILES[3], np.cumsum([0, *counts], dtype=np.int64))


def _dot(vectors: Vectors, question: Vectors) -> Vectors:
    # Row by row in one thread, at the speed of memory: a product of matrix and vector takes three times as long, and
    # its threads wait for each other on a busy machine.
    product: Vectors = np.vecdot(vectors, question)
    return product


def _cluster(vectors: Vectors, cluster_from: int) -> tuple[NDArray[np.int32], Vectors]:
    rows = len(vectors)
    if rows < cluster_from:
        return np.zeros(rows, np.int32), np.zeros_like(vectors, shape=(1, vectors.shape[1]))
    count = int(np.sqrt(rows))
    generator = np.random.default_rng(_SEED)
    chosen = generator.permutation(rows)[: count * _SAMPLE_A_CLUSTER]
    chosen.sort()
    sample: Vectors = vectors[chosen]
    centroids: Vectors = sample[generator.permutation(len(sample))[:count]]
    for _ in range(_ROUNDS):
        centroids = _improve(centroids, sample, _assign(sample, centroids))
    return _assign(vectors, centroids), centroids


def _assign(vectors: Vectors, centroids: Vectors) -> NDArray[np.int32]:
    nearest = np.empty(len(vectors), np.int32)
    for first in range(0, len(vectors), _ROWS_AT_ONCE):
        part = vectors[first : first + _ROWS_AT_ONCE] @ centroids.T
        nearest[first : first + len(part)] = part.argmax(axis=1)
    return nearest


def _improve(centroids: Vectors, sample: Vectors, nearest: NDArray[np.int32]) -> Vectors:
    order = np.argsort(nearest, kind="stable")
    used, firsts = np.unique(nearest[order], return_index=True)
    sums: Vectors = np.add.reduceat(sample[order], firsts, axis=0)
    improved = centroids.copy()  # a centroid that nothing is near to stays where it is
    improved[used] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return improved


def _places_in(runs: Runs, numbers: Places) -> Places:
    # The places that have these numbers when the runs are laid end to end.
    lengths = runs.ends - runs.starts
    firsts = np.cumsum(lengths) - lengths
    at = np.searchsorted(firsts, numbers, side="right") - 1
    return runs.starts[at] + numbers - firsts[at]
