"""Builds and measures our index over a made-up corpus; the benchmark gives each a process, to count memory rightly."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from index_scale_kit.synthetic import (
    CHUNKS_A_DOCUMENT,
    DIMENSIONS,
    GROUPS,
    SENTENCES,
    Array,
    AskedRow,
    sentences_of,
    texts_of,
)
from numpy.typing import NDArray

from plimsoll.knowledge.index.building import build_snapshot
from plimsoll.knowledge.index.snapshot import Snapshot, open_snapshot, publish_snapshot
from plimsoll.knowledge.retrieval.cues import AnswerKind
from plimsoll.knowledge.retrieval.highlight import Question
from plimsoll.knowledge.retrieval.retrieve import score_legs
from plimsoll.knowledge.tables.indexed import IndexedChunk
from plimsoll.records import Principal

_PRINT = "synthetic"
_PAGE = 500
_WARM = 5
TOP = 10


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What one share of visible rows came to."""

    system: str
    """Which index."""
    visible: float
    """Share of rows that the caller may read."""
    p50_ms: float
    """Median of a question, in milliseconds."""
    p95_ms: float
    """95th percentile of a question, in milliseconds."""
    recall: float
    """Mean share of the ten nearest visible vectors that the vector leg found."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All of one system."""

    figures: list[Figures]
    """One a share."""
    resident_mb: float
    """Resident memory after all questions, mapped files included."""
    base_mb: float
    """Of it, before the index was opened."""


def build(corpus: Path, folder: Path) -> float:
    """Build and publish the index; return the seconds it took."""
    began = time.perf_counter()
    folder.mkdir()
    publish_snapshot(
        build_snapshot(folder, _pages(corpus), seq=1, fingerprint=_PRINT, dimensions=DIMENSIONS, name="one")
    )
    return time.perf_counter() - began


def measure(corpus: Path, folder: Path, rounds: int) -> Measured:
    """Ask every question at 1, 10 and 100 % of rows visible; times are the best of the rounds."""
    base = resident_mb()
    snapshot = open_snapshot(folder, fingerprint=_PRINT)
    if snapshot is None:
        raise SystemExit("The index that was just built is not there.")
    asked = msgspec.json.decode((corpus / "questions.json").read_bytes(), type=list[AskedRow])
    questions = [_question(one) for one in asked]
    shares = (1, 10, GROUPS)
    timed = [_times(snapshot, questions, caller=_caller(groups), rounds=rounds) for groups in shares]
    resident = resident_mb()
    figures = [
        Figures(
            system="plimsoll",
            visible=groups / GROUPS,
            p50_ms=float(np.median(times)),
            p95_ms=float(np.quantile(times, 0.95)),
            recall=_recall(snapshot, corpus, questions, groups=groups),
        )
        for groups, times in zip(shares, timed, strict=True)
    ]
    return Measured(figures=figures, resident_mb=resident, base_mb=base)


def resident_mb() -> float:
    """Return this process's resident memory."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1_000
    raise SystemExit("The system does not tell resident memory.")


def _times(snapshot: Snapshot, questions: list[Question], *, caller: Principal, rounds: int) -> NDArray[np.float64]:
    for question in questions[:_WARM]:
        score_legs(snapshot, question, view=snapshot.view(caller))
    times = np.empty((rounds, len(questions)))
    for turn in range(rounds):
        for place, question in enumerate(questions):
            began = time.perf_counter()
            fused = score_legs(snapshot, question, view=snapshot.view(caller)).fused()
            np.argsort(-fused, kind="stable")[:TOP]
            times[turn, place] = (time.perf_counter() - began) * 1_000
    return times.min(axis=0)


def _recall(snapshot: Snapshot, corpus: Path, questions: list[Question], *, groups: int) -> float:
    vectors: Array = np.load(corpus / "vectors.npy", mmap_mode="r")
    mine = np.flatnonzero(np.load(corpus / "groups.npy") < groups)
    view = snapshot.view(_caller(groups))
    shares: list[float] = []
    best = _exact(np.asarray(vectors), mine, np.array([question.vector for question in questions]))
    for question, exact in zip(questions, best, strict=True):
        found = {hit.row for hit in snapshot.score_vectors(question.vector, view=view, limit=TOP)}
        shares.append(len(found & set(exact.tolist())) / TOP)
    return float(np.mean(shares))


def _exact(vectors: Array, mine: NDArray[np.int64], questions: Array) -> NDArray[np.int64]:
    cosines = np.concatenate([vectors[part] @ questions.T for part in np.array_split(mine, len(mine) // 10_000 + 1)])
    return mine[np.argpartition(-cosines, TOP - 1, axis=0)[:TOP].T]


def _question(asked: AskedRow) -> Question:
    return Question(
        text=asked.text,
        vector=np.array(asked.vector, np.float32),
        rarities={},
        words=frozenset(asked.text.split()),
        kind=AnswerKind.NAME,
        names=frozenset(),
        numbers=frozenset(),
        is_negated=False,
    )


def _caller(groups: int) -> Principal:
    return Principal(id="user:ada", groups=frozenset(f"g{number}" for number in range(groups)))


def _pages(corpus: Path) -> Iterator[list[IndexedChunk]]:
    vectors: Array = np.load(corpus / "vectors.npy", mmap_mode="r")
    groups = np.load(corpus / "groups.npy")
    page: list[IndexedChunk] = []
    sentences = np.zeros((0, DIMENSIONS), np.float16)
    for row, text in enumerate(texts_of(corpus)):
        if row % _PAGE == 0:
            sentences = sentences_of(np.asarray(vectors[row : row + _PAGE]), row)
            yield page
            page = []
        place = row % _PAGE * SENTENCES
        page.append(
            IndexedChunk(
                id=f"{row:032d}",
                document_id=f"d{row // CHUNKS_A_DOCUMENT}",
                source=f"docs/{row // CHUNKS_A_DOCUMENT}.md",
                origin="",
                tenant="local",
                readers=(f"group:g{groups[row]}",),
                metadata={},
                text=text,
                sentence_count=SENTENCES,
                fingerprint=_PRINT,
                vector=vectors[row].tobytes(),
                sentence_vectors=sentences[place : place + SENTENCES].tobytes(),
            )
        )
    yield page
