"""A question's candidates as each leg scores them: what constants are fitted on, and what a bench shows side by side.

`search` runs it in worker threads. It chooses nothing and drops nothing but what the caller may not read.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.retrieval.answerability import AnswerSignals, best_signals
from plimsoll.knowledge.retrieval.highlight import Question
from plimsoll.knowledge.retrieval.mix import LegMix
from plimsoll.knowledge.retrieval.retrieve import LegScores, read_passage, read_question, score_legs
from plimsoll.knowledge.tables.found import FoundChunk, FoundChunks
from plimsoll.records import Passage, Principal

_READ = 6


class ScoredLegs(msgspec.Struct, frozen=True, kw_only=True):
    """What the index proposes, not yet looked up."""

    question: Question
    """The question, read."""
    legs: LegScores
    """The scores of each row."""
    chunk_ids: tuple[str, ...]
    """The chunk of each row."""


class WeighedCandidates(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates of one question, best first by the mix in use."""

    passages: tuple[Passage, ...]
    """One for each candidate, without highlights."""
    legs: NDArray[np.float64]
    """Shape (candidates, 3): BM25 over the best BM25, cosine of the chunk, cosine of its closest sentence."""
    signals: AnswerSignals | None
    """What speaks for the first six holding an answer; None where they have no sentence."""


def score_every_leg(snapshot: Snapshot, embedder: TextEmbedder, text: str, *, caller: Principal) -> ScoredLegs:
    """Score the candidates of a question by every leg."""
    question = read_question(snapshot, embedder, text)
    legs = score_legs(snapshot, question, view=snapshot.view(caller))
    return ScoredLegs(question=question, legs=legs, chunk_ids=tuple(snapshot.chunk_id(row) for row in legs.rows))


def weigh_candidates(snapshot: Snapshot, scored: ScoredLegs, found: FoundChunks, *, mix: LegMix) -> WeighedCandidates:
    """Return those of the candidates that were found, ordered by the mix, and the signals of the first."""
    legs = scored.legs
    fused, table = legs.fused(mix), legs.table()
    best: list[int] = np.argsort(-fused, kind="stable").tolist()
    order = [place for place in best if scored.chunk_ids[place] in found.chunks]
    chunks = [found.chunks[scored.chunk_ids[place]] for place in order]
    read = [
        read_passage(snapshot, scored.question, chunk, row=legs.rows[place], score=legs.found_by(place).strength)
        for place, chunk in zip(order[:_READ], chunks[:_READ], strict=True)
    ]
    return WeighedCandidates(
        passages=tuple(_passage(chunk, float(fused[place])) for place, chunk in zip(order, chunks, strict=True)),
        legs=table[order].astype(np.float64),
        signals=best_signals(scored.question, read),
    )


def _passage(chunk: FoundChunk, score: float) -> Passage:
    return Passage(
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        source=chunk.source,
        title=chunk.title,
        heading=chunk.heading,
        page=chunk.page,
        start=chunk.start,
        text=chunk.text,
        score=score,
    )
