"""Nearest rows: exact where few may be read, by clusters where many may, and never one that may not."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.knowledge import Vectors
from plimsoll.knowledge.index.vectors import VectorFile, write_vectors

ROWS, DIMENSIONS, LIMIT = 30_000, 16, 10
QUESTION_ROWS = range(0, ROWS, 1_500)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    generator = np.random.default_rng(3)
    centres = generator.standard_normal((60, DIMENSIONS))
    rows = centres[generator.integers(0, 60, ROWS)] + generator.standard_normal((ROWS, DIMENSIONS)) * 0.3
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exact(vectors: Vectors, question: Vectors, mask: NDArray[np.bool_]) -> set[int]:
    cosines = np.where(mask, vectors @ question, -np.inf)
    return set(np.argsort(-cosines)[:LIMIT].tolist())


def opened_file(folder: Path, vectors: Vectors, limit: int) -> VectorFile:
    audiences = (np.arange(len(vectors)) % 7).astype(np.int32)
    write_vectors(folder, vectors, audiences=audiences, cluster_from=limit)
    return VectorFile(folder, exact_up_to=limit)


@pytest.mark.parametrize("audiences", [[0], [0, 1, 2], list(range(7))])
def test_clusters_find_nearly_all_that_is_near_and_only_what_may_be_read(
    tmp_path: Path, vectors: Vectors, audiences: list[int]
) -> None:
    file = opened_file(tmp_path, vectors, 1_000)
    mask = np.isin(np.arange(ROWS) % 7, audiences)
    runs = file.runs_of(mask)
    shares: list[float] = []
    for row in QUESTION_ROWS:
        rows, cosines = file.nearest(vectors[row], runs, limit=LIMIT)
        assert mask[rows].all()
        assert np.allclose(cosines, vectors[rows] @ vectors[row], atol=1e-5)
        shares.append(len(set(rows.tolist()) & exact(vectors, vectors[row], mask)) / LIMIT)
    assert np.mean(shares) >= 0.95


def test_scattered_rows_are_ranked_exactly(tmp_path: Path, vectors: Vectors) -> None:
    file = opened_file(tmp_path, vectors, ROWS + 1)
    mask = np.random.default_rng(5).random(ROWS) < 0.02
    for row in QUESTION_ROWS:
        rows, _ = file.nearest(vectors[row], file.runs_of(mask), limit=LIMIT)
        assert set(rows.tolist()) == exact(vectors, vectors[row], mask)


def test_nothing_may_be_read_and_nothing_is_found(tmp_path: Path, vectors: Vectors) -> None:
    file = opened_file(tmp_path, vectors[:50], 10)
    rows, cosines = file.nearest(vectors[0], file.runs_of(np.zeros(50, np.bool_)), limit=LIMIT)
    assert (len(rows), len(cosines)) == (0, 0)
