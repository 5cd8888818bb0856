"""Looks into retrieval: each leg's ranking, and what would be found without the article that holds the answer."""

import msgspec
import numpy as np
from answers_kit.answering import PASSAGES
from answers_kit.ingested import CORPUS, Ingested, title_of
from answers_kit.questions import AskedQuestion

from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.index.snapshot import Snapshot, open_snapshot
from plimsoll.knowledge.retrieval.answerability import ReadPassage, judge_answerability
from plimsoll.knowledge.retrieval.highlight import Question
from plimsoll.knowledge.retrieval.retrieve import LegScores, read_passage, read_question, score_legs
from plimsoll.knowledge.table import FoundChunk, find_chunks
from plimsoll.records import Principal

_AT_ONCE = 500


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
        snapshot = open_snapshot(ingested.folder, fingerprint=ingested.embedder.fingerprint)
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
        legs = score_legs(self._snapshot, question, view=self._snapshot.view(Principal.local()))
        chunks = [self._chunk(row) for row in legs.rows]
        return Looked(
            asked,
            question,
            legs,
            tuple(self._ingested.passage_of[chunk.source] for chunk in chunks),
            tuple(chunk.title for chunk in chunks),
        )

    def read(self, looked: Looked, scores: Vectors) -> list[ReadPassage]:
        """Score the sentences of the six best rows."""
        best = [place for place in best_first(scores)[:PASSAGES] if scores[place] > -np.inf]
        rows = looked.legs.rows
        return [
            read_passage(
                self._snapshot, looked.question, self._chunk(rows[place]), row=rows[place], score=float(scores[place])
            )
            for place in best
        ]

    def chance_without_article(self, looked: Looked) -> float:
        """Return the answerability that the question would have were its article not in the corpus."""
        return judge_answerability(looked.question, self.read(looked, scores_without_article(looked)))

    def _chunk(self, row: int) -> FoundChunk:
        return self._chunks[self._snapshot.chunk_id(row)]


def scores_without_article(looked: Looked) -> Vectors:
    """Return the fused scores without the question's article; BM25 is rescaled to the best row that stays."""
    own = title_of(looked.asked.title)
    stays = np.array([title != own for title in looked.titles])
    words = looked.legs.words * stays
    best = float(words.max(initial=0.0)) or 1.0
    legs = LegScores(
        rows=looked.legs.rows,
        words=(words / best).astype(np.float32),
        chunk=looked.legs.chunk,
        sentence=looked.legs.sentence,
    )
    return np.where(stays, legs.fused(), -np.inf).astype(np.float32)


def rank_of_gold(looked: Looked, scores: Vectors) -> int:
    """Return the place of the gold passage, counted from 1, each passage once; 0 where it is not a candidate."""
    passages = list(dict.fromkeys(looked.passage_ids[place] for place in best_first(scores)))
    gold = looked.asked.gold_passage_id
    return passages.index(gold) + 1 if gold in passages else 0


def best_first(scores: Vectors) -> list[int]:
    """Return the places of the scores, highest first."""
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order
