"""From a question to passages: words and vectors, fused, looked up in the truth, with the sentences that matter.

`Corpus` runs the steps in worker threads with a read of the table between them. Decisions only: no I/O but the index.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from plimsoll.knowledge.index.access import View
from plimsoll.knowledge.index.embedding import TextEmbedder, Vectors
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.retrieval.answerability import ANSWERABLE_AT, ReadPassage, judge_answerability
from plimsoll.knowledge.retrieval.cues import is_negated, kind_of_answer, names_in
from plimsoll.knowledge.retrieval.highlight import Question, SentenceSignals, signals_of
from plimsoll.knowledge.retrieval.mix import DEFAULT_MIX, LegMix
from plimsoll.knowledge.table import FoundChunk, FoundChunks
from plimsoll.records import Highlight, Passage, Principal
from plimsoll.text import content_words, words

_CANDIDATES_A_LEG = 60
_SPARE = 12
_HIGHLIGHTS_A_PASSAGE = 3


class RetrievalResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus found."""

    passages: tuple[Passage, ...]
    """The nearest passages, best first, with their highlights."""
    answerability: float
    """Estimated probability that the passages hold an answer, between 0 and 1."""
    is_answerable: bool
    """Whether that is enough to answer; else the passages are the nearest there are."""
    index_seq: int
    """Changes of the corpus that the index contained."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk that the index proposes."""

    chunk_id: str
    """Its id in the table of truth."""
    row: int
    """Its row in the snapshot."""
    score: float
    """Fused score."""


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

    def fused(self, mix: LegMix = DEFAULT_MIX) -> Vectors:
        """Return the convex mix."""
        return mix.fuse(np.stack([self.words, self.chunk, self.sentence], axis=1)).astype(np.float32)


def read_question(snapshot: Snapshot, embedder: TextEmbedder, text: str) -> Question:
    """Embed the question and weigh its words."""
    rarities: dict[str, float] = {}
    every = words(text)
    for word in every:
        for stemmed in content_words(word):
            rarities.setdefault(stemmed, snapshot.rarity(word))
    return Question(
        text=text,
        vector=embedder.embed([text])[0],
        rarities=rarities,
        words=frozenset(every),
        kind=kind_of_answer(text),
        names=names_in(text),
        numbers=frozenset(word for word in every if word[0].isdigit()),
        is_negated=is_negated(text),
    )


def search_index(snapshot: Snapshot, embedder: TextEmbedder, text: str, *, caller: Principal, limit: int) -> Search:
    """Return the chunks nearest to the question, fused from words, chunk vectors and sentence vectors."""
    question = read_question(snapshot, embedder, text)
    legs = score_legs(snapshot, question, view=snapshot.view(caller))
    fused = legs.fused()
    order: list[int] = np.argsort(-fused, kind="stable")[: limit + _SPARE].tolist()
    return Search(
        question=question,
        candidates=tuple(
            Candidate(chunk_id=snapshot.chunk_id(legs.rows[place]), row=legs.rows[place], score=float(fused[place]))
            for place in order
        ),
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
    )


def assemble(snapshot: Snapshot, search: Search, found: FoundChunks, *, limit: int) -> RetrievalResult:
    """Make passages of the candidates that still exist, with highlights, and judge whether they hold an answer."""
    kept = [candidate for candidate in search.candidates if candidate.chunk_id in found.chunks][:limit]
    passages: list[Passage] = []
    read: list[ReadPassage] = []
    for candidate in kept:
        chunk = found.chunks[candidate.chunk_id]
        spans = sentence_spans(chunk)
        scored = read_passage(snapshot, search.question, chunk, row=candidate.row, score=candidate.score)
        read.append(scored)
        passages.append(_passage(chunk, candidate, _highlights(spans, scored.signals)))
    chance = judge_answerability(search.question, read)
    return RetrievalResult(
        passages=tuple(passages),
        answerability=chance,
        is_answerable=chance >= ANSWERABLE_AT,
        index_seq=snapshot.manifest.seq,
    )


def read_passage(snapshot: Snapshot, question: Question, chunk: FoundChunk, *, row: int, score: float) -> ReadPassage:
    """Score the sentences of a chunk, whose vectors are in the row and whose fused score is given."""
    sentences = tuple(chunk.text[start:end] for start, end in sentence_spans(chunk))
    signals = signals_of(question, sentences, vectors=snapshot.sentence_vectors(row), passage_score=score)
    return ReadPassage(sentences=sentences, signals=tuple(signals), whole=f"{chunk.title} {chunk.heading} {chunk.text}")


def sentence_spans(chunk: FoundChunk) -> list[tuple[int, int]]:
    """Return the sentences of a chunk, counted within its text."""
    pairs: list[list[int]] = np.frombuffer(chunk.sentence_spans, "<i4").reshape(-1, 2).tolist()
    return [(start, end) for start, end in pairs]


def _highlights(spans: Sequence[tuple[int, int]], signals: Sequence[SentenceSignals]) -> tuple[Highlight, ...]:
    scored = [
        Highlight(start=start, end=end, score=signal.score())
        for (start, end), signal in zip(spans, signals, strict=True)
    ]
    return tuple(sorted(scored, key=lambda highlight: -highlight.score)[:_HIGHLIGHTS_A_PASSAGE])


def _passage(chunk: FoundChunk, candidate: Candidate, highlights: tuple[Highlight, ...]) -> Passage:
    return Passage(
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        source=chunk.source,
        title=chunk.title,
        heading=chunk.heading,
        page=chunk.page,
        start=chunk.start,
        text=chunk.text,
        score=candidate.score,
        highlights=highlights,
    )
