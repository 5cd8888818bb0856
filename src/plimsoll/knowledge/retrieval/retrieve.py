"""From a question to candidates: words and vectors, fused, with the sentences that matter.

`search` runs it in worker threads. Decisions only: no I/O but the index. What it proposes is looked up in the truth.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from plimsoll.knowledge.index.access import View
from plimsoll.knowledge.index.embedding import TextEmbedder, Vectors
from plimsoll.knowledge.index.fulltext import ScoredRow
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.retrieval.answerability import ReadPassage
from plimsoll.knowledge.retrieval.cues import is_negated, kind_of_answer, names_in
from plimsoll.knowledge.retrieval.highlight import Question, signals_of
from plimsoll.knowledge.retrieval.mix import DEFAULT_MIX, WORDS_ALONE, LegMix
from plimsoll.knowledge.retrieval.result import FoundBy
from plimsoll.knowledge.tables.found import FoundChunk
from plimsoll.text import content_words, words

_CANDIDATES_A_LEG = 60
_SPARE = 12


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk that the index proposes."""

    chunk_id: str
    """Its id in the table of truth."""
    row: int
    """Its row in the snapshot."""
    score: float
    """Fused score: what orders candidates."""
    found_by: FoundBy
    """How it fared in the legs."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What the index proposes for a question."""

    question: Question
    """The question, read."""
    candidates: tuple[Candidate, ...]
    """Chunks by fused score, best first; more than asked for, since some may be gone."""


class LegScores(msgspec.Struct, frozen=True, kw_only=True):
    """The three scores of each candidate row."""

    rows: tuple[int, ...]
    """Rows of the snapshot."""
    words: Vectors
    """BM25 over the best BM25 of this question."""
    chunk: Vectors
    """Cosine of the chunk."""
    sentence: Vectors
    """Cosine of its closest sentence."""
    by_words: Mapping[int, tuple[int, float]] = {}
    """Rows that the words brought, each with its place and its BM25."""
    by_vectors: Mapping[int, int] = {}
    """Rows that the vectors brought, each with its place."""

    def found_by(self, place: int) -> FoundBy:
        """Return how the candidate at this place fared."""
        row = self.rows[place]
        rank, bm25 = self.by_words.get(row, (None, 0.0))
        return FoundBy(
            words_rank=rank,
            bm25=bm25,
            words=float(self.words[place]),
            vector_rank=self.by_vectors.get(row),
            chunk=float(self.chunk[place]),
            sentence=float(self.sentence[place]),
        )

    def table(self) -> Vectors:
        """Return a row for each candidate: words, chunk, sentence."""
        return np.stack([self.words, self.chunk, self.sentence], axis=1)

    def fused(self, mix: LegMix = DEFAULT_MIX) -> Vectors:
        """Return the convex mix."""
        return mix.fuse(self.table()).astype(np.float32)


def read_question(snapshot: Snapshot, embedder: TextEmbedder, text: str) -> Question:
    """Embed the question and weigh its words."""
    return weigh_question(snapshot, text, embedder.embed([text])[0])


def weigh_question(snapshot: Snapshot, text: str, vector: Vectors) -> Question:
    """Weigh the words of a question whose vector is known; one of zeros stands for none."""
    rarities: dict[str, float] = {}
    every = words(text)
    for word in every:
        for stemmed in content_words(word):
            rarities.setdefault(stemmed, snapshot.rarity(word))
    return Question(
        text=text,
        vector=vector,
        rarities=rarities,
        words=frozenset(every),
        kind=kind_of_answer(text),
        names=names_in(text),
        numbers=frozenset(word for word in every if word[0].isdigit()),
        is_negated=is_negated(text),
    )


def search_question(
    snapshot: Snapshot, question: Question, *, view: View, limit: int, mix: LegMix = DEFAULT_MIX
) -> Search:
    """Return the chunks of the view nearest to the question; by its words alone where it has no vector."""
    if question.has_vector:
        legs, fused_by = score_legs(snapshot, question, view=view), mix
    else:
        legs, fused_by = score_words(snapshot, question, view=view), WORDS_ALONE
    fused = legs.fused(fused_by)
    order: list[int] = np.argsort(-fused, kind="stable")[: limit + _SPARE].tolist()
    return Search(
        question=question,
        candidates=tuple(
            Candidate(
                chunk_id=snapshot.chunk_id(legs.rows[place]),
                row=legs.rows[place],
                score=float(fused[place]),
                found_by=legs.found_by(place),
            )
            for place in order
        ),
    )


def score_words(snapshot: Snapshot, question: Question, *, view: View) -> LegScores:
    """Score the best rows by words alone: what is left when the embedding model does not answer in time."""
    found = snapshot.score_text(question.text, view=view, limit=_CANDIDATES_A_LEG)
    best = max((row.score for row in found), default=0.0) or 1.0
    nothing = np.zeros(len(found), np.float32)
    return LegScores(
        rows=tuple(row.row for row in found),
        words=np.array([row.score / best for row in found], np.float32),
        chunk=nothing,
        sentence=nothing,
        by_words=_places(found),
    )


def score_legs(snapshot: Snapshot, question: Question, *, view: View) -> LegScores:
    """Score the best rows of each leg by all three; rows outside the view never take part."""
    by_words = snapshot.score_text(question.text, view=view, limit=_CANDIDATES_A_LEG)
    by_vectors = snapshot.score_vectors(question.vector, view=view, limit=_CANDIDATES_A_LEG)
    bm25 = {found.row: found.score for found in by_words}
    rows = tuple(dict.fromkeys(found.row for found in [*by_words, *by_vectors]))
    best = max(bm25.values(), default=0.0) or 1.0
    return LegScores(
        rows=rows,
        words=np.array([bm25.get(row, 0.0) / best for row in rows], np.float32),
        chunk=snapshot.score_chunks(rows, question.vector),
        sentence=snapshot.score_sentences(rows, question.vector),
        by_words=_places(by_words),
        by_vectors={found.row: place for place, found in enumerate(by_vectors, 1)},
    )


def _places(found: Sequence[ScoredRow]) -> dict[int, tuple[int, float]]:
    return {one.row: (place, one.score) for place, one in enumerate(found, 1)}


def read_passage(snapshot: Snapshot, question: Question, chunk: FoundChunk, *, row: int, score: float) -> ReadPassage:
    """Score the sentences of a chunk, whose vectors are in the row; `score` is the one by `STRENGTH_MIX`."""
    sentences = tuple(chunk.text[start:end] for start, end in sentence_spans(chunk))
    signals = signals_of(question, sentences, vectors=snapshot.sentence_vectors(row), passage_score=score)
    return ReadPassage(sentences=sentences, signals=tuple(signals), whole=f"{chunk.title} {chunk.heading} {chunk.text}")


def sentence_spans(chunk: FoundChunk) -> list[tuple[int, int]]:
    """Return the sentences of a chunk, counted within its text."""
    pairs: list[list[int]] = np.frombuffer(chunk.sentence_spans, "<i4").reshape(-1, 2).tolist()
    return [(start, end) for start, end in pairs]
