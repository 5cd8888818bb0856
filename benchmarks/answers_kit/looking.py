"""Looks into retrieval: each leg's ranking, and what would be found without the article that holds the answer."""

from typing import Protocol

import msgspec
import numpy as np
from answers_kit.answering import PASSAGES
from answers_kit.ingested import CORPUS, Ingested, title_of
from answers_kit.questions import AskedQuestion

from plimsoll.knowledge.index.access import View
from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.index.publishing import index_folder
from plimsoll.knowledge.index.snapshot import Snapshot, open_snapshot
from plimsoll.knowledge.retrieval.answerability import ReadPassage, judge_answerability, weights_for
from plimsoll.knowledge.retrieval.highlight import Question
from plimsoll.knowledge.retrieval.mix import STRENGTH_MIX
from plimsoll.knowledge.retrieval.retrieve import (
    LegScores,
    read_passage,
    read_question,
    score_legs,
    score_words,
    weigh_question,
)
from plimsoll.knowledge.tables.found import FoundChunk, find_chunks
from plimsoll.records import Principal

_AT_ONCE = 500


class ScoreLegs(Protocol):
    """A way to score candidates."""

    def __call__(self, snapshot: Snapshot, question: Question, *, view: View) -> LegScores:
        """Return the scores of the candidates."""
        ...


class Looked(msgspec.Struct, frozen=True):
    """A question with everything that retrieval saw."""

    asked: AskedQuestion
    """The question of the set."""
    question: Question
    """The question as retrieval reads it."""
    legs: LegScores
    """Scores of the candidate rows."""
    passage_ids: tuple[str, ...]
    """Passage of each row."""
    titles: tuple[str, ...]
    """Title of each row's article."""


class Looker:
    """Looks at questions through the published index."""

    def __init__(self, ingested: Ingested, snapshot: Snapshot, chunks: dict[str, FoundChunk]) -> None:
        self._ingested = ingested
        self._snapshot = snapshot
        self._chunks = chunks

    @classmethod
    async def over(cls, ingested: Ingested) -> "Looker":
        """Open the index of the corpus and read its chunks."""
        fingerprint = ingested.embedder.fingerprint
        snapshot = open_snapshot(index_folder(ingested.folder, fingerprint), fingerprint=fingerprint)
        assert snapshot is not None  # noqa: S101  (ingestion has just published it)
        chunks: dict[str, FoundChunk] = {}
        ids = [snapshot.chunk_id(row) for row in range(snapshot.rows)]
        for first in range(0, len(ids), _AT_ONCE):
            part = ids[first : first + _AT_ONCE]
            found = await ingested.store.read(
                lambda connection, part=part: find_chunks(connection, CORPUS, part, caller=Principal.local())
            )
            chunks |= found.chunks
        return cls(ingested, snapshot, chunks)

    def look(self, asked: AskedQuestion) -> Looked:
        """Score the candidates of a question by every leg."""
        question = read_question(self._snapshot, self._ingested.embedder, asked.question)
        return self._looked(asked, question, score_legs)

    def look_by_words(self, asked: AskedQuestion) -> Looked:
        """Score them by words alone, as where a deadline dropped the vectors."""
        nothing = np.zeros(self._ingested.embedder.dimensions, np.float32)
        return self._looked(asked, weigh_question(self._snapshot, asked.question, nothing), score_words)

    def _looked(self, asked: AskedQuestion, question: Question, score: ScoreLegs) -> Looked:
        legs = score(self._snapshot, question, view=self._snapshot.view(Principal.local()))
        chunks = [self._chunk(row) for row in legs.rows]
        return Looked(
            asked,
            question,
            legs,
            tuple(self._ingested.passage_of[chunk.source] for chunk in chunks),
            tuple(chunk.title for chunk in chunks),
        )

    def read(self, looked: Looked, legs: LegScores) -> list[ReadPassage]:
        """Score the sentences of the six best of these rows."""
        best, strength = best_first(legs.fused())[:PASSAGES], legs.fused(STRENGTH_MIX)
        rows = legs.rows
        return [
            read_passage(
                self._snapshot, looked.question, self._chunk(rows[place]), row=rows[place], score=float(strength[place])
            )
            for place in best
        ]

    def chance_without_article(self, looked: Looked) -> float:
        """Return the answerability that the question would have were its article not in the corpus."""
        passages = self.read(looked, legs_without_article(looked))
        return judge_answerability(looked.question, passages, weights=weights_for(looked.question))

    def _chunk(self, row: int) -> FoundChunk:
        return self._chunks[self._snapshot.chunk_id(row)]


def legs_without_article(looked: Looked) -> LegScores:
    """Return the legs of the rows of other articles; BM25 is rescaled to the best of them."""
    own, legs = title_of(looked.asked.title), looked.legs
    stays = np.array([title != own for title in looked.titles], np.bool_)
    words = legs.words[stays]
    best = float(words.max(initial=0.0)) or 1.0
    return LegScores(
        rows=tuple(row for row, is_kept in zip(legs.rows, stays.tolist(), strict=True) if is_kept),
        words=(words / best).astype(np.float32),
        chunk=legs.chunk[stays],
        sentence=legs.sentence[stays],
    )


def rank_of_gold(looked: Looked, scores: Vectors) -> int:
    """Return the place of the gold passage, counted from 1, each passage once; 0 where it is not a candidate."""
    passages = list(dict.fromkeys(looked.passage_ids[place] for place in best_first(scores)))
    gold = looked.asked.gold_passage_id
    return passages.index(gold) + 1 if gold in passages else 0


def best_first(scores: Vectors) -> list[int]:
    """Return the places of the scores, highest first."""
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order
