"""Made-up corpora of any size: vectors in clusters, texts of words by Zipf's law, documents of 100 groups."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
GROUPS = 100
CHUNKS_A_DOCUMENT = 8
SENTENCES = 3
_CENTRES = 500
_WORDS = 40_000
_WORDS_A_TEXT = 80
_WORDS_A_QUESTION = 6
_COMMON = 40
"""Ranks of Zipf's law that stop words would have; the index drops those, so they are left out."""
_NOISE = 0.9
_NEAR = 0.5
_AT_ONCE = 5_000

Array = NDArray[np.float32]


class AskedRow(msgspec.Struct, frozen=True):
    """A question."""

    text: str
    """Words of one row's text."""
    vector: list[float]
    """A vector near that row's."""


def make_corpus(folder: Path, rows: int, questions: int) -> None:
    """Write `vectors.npy`, `groups.npy`, `texts.jsonl` and `questions.json` into the folder."""
    generator = np.random.default_rng(11)
    centres = _unit(generator.standard_normal((_CENTRES, DIMENSIONS), dtype=np.float32))
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(rows, DIMENSIONS))
    chances = 1 / np.arange(1 + _COMMON, 1 + _COMMON + _WORDS)
    edges = np.cumsum(chances / chances.sum())
    asked = set(generator.choice(rows, questions, replace=False).tolist())
    made: list[AskedRow] = []
    with (folder / "texts.jsonl").open("w", encoding="utf-8") as file:
        for first in range(0, rows, _AT_ONCE):
            count = min(_AT_ONCE, rows - first)
            part = centres[generator.integers(0, _CENTRES, count)] + _noise(generator, count, _NOISE)
            vectors[first : first + count] = _unit(part)
            words = np.searchsorted(edges, generator.random((count, _WORDS_A_TEXT)))
            for place in range(count):
                file.write(json.dumps(" ".join(f"word{number}" for number in words[place])) + "\n")
                if first + place in asked:
                    picked = generator.choice(words[place], _WORDS_A_QUESTION, replace=False)
                    near = _unit(vectors[first + place] + _noise(generator, 1, _NEAR)[0])
                    made.append(AskedRow(" ".join(f"word{number}" for number in picked), near.tolist()))
    vectors.flush()
    documents = generator.integers(0, GROUPS, rows // CHUNKS_A_DOCUMENT + 1)
    np.save(folder / "groups.npy", np.repeat(documents, CHUNKS_A_DOCUMENT)[:rows].astype(np.int32))
    (folder / "questions.json").write_bytes(msgspec.json.encode(made))


def texts_of(folder: Path) -> Iterator[str]:
    """Yield the text of each row."""
    with (folder / "texts.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield str(json.loads(line))


def sentences_of(vectors: Array, seed: int) -> NDArray[np.float16]:
    """Return the vectors of each row's sentences, near the row's own."""
    generator = np.random.default_rng(seed)
    repeated = np.repeat(vectors, SENTENCES, axis=0)
    return _unit(repeated + _noise(generator, len(repeated), _NEAR)).astype("<f2")


def _noise(generator: np.random.Generator, count: int, length: float) -> Array:
    noise = generator.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return noise * np.float32(length / np.sqrt(DIMENSIONS))


def _unit(vectors: Array) -> Array:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
