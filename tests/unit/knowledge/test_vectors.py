"""Nearest rows: exact where few may be read, by their signs where many may, and never one that may not."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.knowledge import Vectors
from plimsoll.knowledge.index.vectors import VECTORS, Rows, VectorFile, write_signs

ROWS, DIMENSIONS, LIMIT = 30_000, 200, 10
QUESTION_ROWS = range(0, ROWS, 1_500)
CENTRES, WAYS = 60, 16
"""Rows differ from their centre in a few ways only, as texts on one subject do."""


@pytest.fixture(scope="module")
def near() -> NDArray[np.int64]:
    """The centre that each row is near to."""
    return np.random.default_rng(3).integers(0, CENTRES, ROWS)


@pytest.fixture(scope="module")
def vectors(near: NDArray[np.int64]) -> Vectors:
    """Vectors near to centres, all of them far from the origin in one direction, as of some models."""
    generator = np.random.default_rng(4)
    centres = generator.standard_normal((CENTRES, DIMENSIONS)) + 2
    ways = generator.standard_normal((WAYS, DIMENSIONS)) / np.sqrt(WAYS)
    rows = centres[near] + generator.standard_normal((ROWS, WAYS)) @ ways
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exact(vectors: Vectors, question: Vectors, rows: Rows) -> set[int]:
    return set(rows[np.argsort(-(vectors[rows] @ question))[:LIMIT]].tolist())


def centres_of(vectors: Vectors, near: NDArray[np.int64]) -> Vectors:
    sums = np.zeros((CENTRES, DIMENSIONS), np.float32)
    np.add.at(sums, near, vectors)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def opened_file(folder: Path, vectors: Vectors, limit: int) -> VectorFile:
    (folder / VECTORS).write_bytes(vectors.astype("<f4").tobytes())
    write_signs(folder, vectors.shape[1])
    return VectorFile(folder, dimensions=vectors.shape[1], exact_up_to=limit)


@pytest.mark.parametrize("share", [0.05, 0.4, 1.0])
@pytest.mark.parametrize(
    ("kind", "least"), [("any topics", 0.95), ("topics near the question", 0.95), ("topics far from it", 0.8)]
)
def test_signs_find_nearly_all_that_is_near_and_only_what_may_be_read(
    tmp_path: Path, vectors: Vectors, near: NDArray[np.int64], *, share: float, kind: str, least: float
) -> None:
    file, found = opened_file(tmp_path, vectors, 1_000), list[float]()
    for row in QUESTION_ROWS:
        topics = (
            np.random.default_rng(5).random(CENTRES)
            if kind == "any topics"
            else centres_of(vectors, near) @ vectors[row]
        )
        closeness = topics[near]
        order = np.argsort(closeness if kind == "topics far from it" else -closeness)
        mine = np.sort(order[: int(share * ROWS)]).astype(np.int32)
        rows, cosines = file.nearest(vectors[row], None if share == 1.0 else mine, limit=LIMIT)
        assert set(rows.tolist()) <= set(mine.tolist())
        assert np.allclose(cosines, vectors[rows] @ vectors[row], atol=1e-5)
        found.append(len(set(rows.tolist()) & exact(vectors, vectors[row], mine)) / LIMIT)
    assert np.mean(found) >= least


@pytest.mark.parametrize("share", [0.02, 1.0])
def test_few_rows_are_ranked_exactly(tmp_path: Path, vectors: Vectors, share: float) -> None:
    file = opened_file(tmp_path, vectors, ROWS)
    mine = np.flatnonzero(np.random.default_rng(5).random(ROWS) < share).astype(np.int32)
    for row in QUESTION_ROWS:
        rows, _ = file.nearest(vectors[row], None if share == 1.0 else mine, limit=LIMIT)
        assert set(rows.tolist()) == exact(vectors, vectors[row], mine)


def test_vectors_whose_signs_are_all_alike_are_all_looked_at(tmp_path: Path) -> None:
    vectors = np.repeat(np.eye(1, DIMENSIONS, dtype=np.float32), 9_000, axis=0)
    vectors[8_999] = np.eye(1, DIMENSIONS, k=1)
    file = opened_file(tmp_path, vectors, 10)
    rows, cosines = file.nearest(vectors[0], None, limit=LIMIT)
    assert (len(rows), cosines.min()) == (LIMIT, 1.0)


@pytest.mark.parametrize("count", [0, 50])
def test_nothing_may_be_read_and_nothing_is_found(tmp_path: Path, vectors: Vectors, count: int) -> None:
    file = opened_file(tmp_path, vectors[:count], 10)
    rows, cosines = file.nearest(vectors[0], np.zeros(0, np.int32), limit=LIMIT)
    assert (len(rows), len(cosines)) == (0, 0)
