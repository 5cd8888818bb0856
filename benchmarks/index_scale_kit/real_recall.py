"""How much the vector leg misses on real embeddings, where the caller may read any rows, or whole topics only.

A filter that leaves the topics nearest to a question, or farthest from it, is what an approximate search fares worst
with. `index_scale --real` calls it. Made-up rows, near to real ones, are named as such.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from index_scale_kit.real_texts import Vectors, collect, embed
from numpy.typing import NDArray

from plimsoll.gateway import load_embedder
from plimsoll.knowledge.index.vectors import VECTORS, Rows, VectorFile, write_signs

QUESTIONS = 60
TOP = 10
LIMIT = 60
SHARES = (0.01, 0.05, 0.1, 0.3)
_NOISE = 0.5
_AT_ONCE = 50_000

Kind = Literal["any rows", "near topics", "far topics"]
KINDS: tuple[Kind, ...] = ("any rows", "near topics", "far topics")


class RealFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of filter came to."""

    rows: int
    """Rows in all."""
    made_up: int
    """Of them, those that are a real one with noise added."""
    kind: str
    """Which rows are visible."""
    visible: float
    """Share of them."""
    recall: float
    """Mean share of the ten nearest visible rows that were found."""
    least: float
    """The least of any question."""
    p50_ms: float
    """Median time of the vector leg, in milliseconds."""
    p95_ms: float
    """Its 95th percentile."""
    cpu_p50_ms: float
    """Median processor time of it, which a busy machine changes less."""


class _Corpus(msgspec.Struct, frozen=True, kw_only=True):
    vectors: Vectors
    topic_of_row: NDArray[np.int64]
    centres: Vectors
    questions: Vectors
    made_up: int


def measure_real(data: Path, rows: int) -> list[RealFigures]:
    """Measure on the sentences below the folder, some of which ask; then enlarged to `rows` where they are fewer."""
    found = collect(data)
    embedded = embed(found.texts, load_embedder())
    real = _split(embedded, found.topics)
    figures = _measure(real)
    return figures + (_measure(_enlarge(real, rows)) if rows > len(real.vectors) else [])


def _split(vectors: Vectors, topics: list[str]) -> _Corpus:
    asking = np.sort(np.random.default_rng(5).choice(len(vectors), QUESTIONS, replace=False))
    kept = np.setdiff1d(np.arange(len(vectors)), asking)
    _, topic_of_row = np.unique(np.array(topics)[kept], return_inverse=True)
    centres = np.zeros((int(topic_of_row.max()) + 1, vectors.shape[1]), np.float32)
    np.add.at(centres, topic_of_row, vectors[kept])
    return _Corpus(
        vectors=vectors[kept],
        topic_of_row=topic_of_row,
        centres=_unit(centres),
        questions=vectors[asking],
        made_up=0,
    )


def _enlarge(real: _Corpus, rows: int) -> _Corpus:
    generator, count = np.random.default_rng(7), len(real.vectors)
    source = np.concatenate([np.arange(count), generator.integers(0, count, rows - count)])
    vectors = real.vectors[source]
    for first in range(count, rows, _AT_ONCE):
        part = vectors[first : first + _AT_ONCE]
        noise = generator.standard_normal(part.shape, dtype=np.float32) * np.float32(_NOISE / np.sqrt(part.shape[1]))
        vectors[first : first + _AT_ONCE] = _unit(part + noise)
    topics = real.topic_of_row[source]
    return msgspec.structs.replace(real, vectors=vectors, topic_of_row=topics, made_up=rows - count)


def _measure(corpus: _Corpus) -> list[RealFigures]:
    with tempfile.TemporaryDirectory(prefix="plimsoll-real-") as name:
        (Path(name) / VECTORS).write_bytes(corpus.vectors.tobytes())
        dimensions = corpus.vectors.shape[1]
        write_signs(Path(name), dimensions)
        file = VectorFile(Path(name), dimensions=dimensions)
        whole = _figures(corpus, file, kind="any rows", share=1.0)
        return [whole, *(_figures(corpus, file, kind=kind, share=share) for kind in KINDS for share in SHARES)]


def _figures(corpus: _Corpus, file: VectorFile, *, kind: Kind, share: float) -> RealFigures:
    recalls: list[float] = []
    times: list[float] = []
    cpu: list[float] = []
    for question, visible in zip(corpus.questions, _visible(corpus, kind, share), strict=True):
        among = None if share == 1.0 else visible
        file.nearest(question, among, limit=LIMIT)
        began, cpu_began = time.perf_counter(), time.process_time()
        rows, _ = file.nearest(question, among, limit=LIMIT)
        cpu.append((time.process_time() - cpu_began) * 1_000)
        times.append((time.perf_counter() - began) * 1_000)
        recalls.append(len(set(rows[:TOP].tolist()) & _exact(corpus.vectors, visible, question)) / TOP)
    return RealFigures(
        rows=len(corpus.vectors),
        made_up=corpus.made_up,
        kind=kind,
        visible=share,
        recall=float(np.mean(recalls)),
        least=min(recalls),
        p50_ms=float(np.median(times)),
        p95_ms=float(np.quantile(times, 0.95)),
        cpu_p50_ms=float(np.median(cpu)),
    )


def _visible(corpus: _Corpus, kind: Kind, share: float) -> Iterator[Rows]:
    generator, sizes = np.random.default_rng(9), np.bincount(corpus.topic_of_row)
    for question in corpus.questions:
        if kind == "any rows":
            yield np.flatnonzero(generator.random(len(corpus.vectors)) < share).astype(np.int32)
            continue
        order = np.argsort(corpus.centres @ question)
        if kind == "near topics":
            order = order[::-1]
        taken = int(np.searchsorted(np.cumsum(sizes[order]), share * len(corpus.vectors))) + 1
        chosen = np.zeros(len(sizes), np.bool_)
        chosen[order[:taken]] = True
        yield np.flatnonzero(chosen[corpus.topic_of_row]).astype(np.int32)


def _exact(vectors: Vectors, visible: Rows, question: Vectors) -> set[int]:
    parts = np.array_split(visible, len(visible) // _AT_ONCE + 1)
    cosines = np.concatenate([vectors[part] @ question for part in parts])
    return set(visible[np.argpartition(-cosines, TOP - 1)[:TOP]].tolist())


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
