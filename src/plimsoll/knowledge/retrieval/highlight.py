"""Which sentences of a passage speak to the question: five signals and one weighted sum. Pure.

`retrieve` calls it with vectors that the index already holds, so no sentence is embedded at question time.
"""

import functools
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.retrieval.cues import AnswerKind, holds_answer_of_kind
from plimsoll.text import content_words, stem


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question, read once."""

    text: str
    """As it was asked."""
    vector: Vectors
    """Its unit vector."""
    rarities: Mapping[str, float]
    """Its content words, stemmed, with the inverse document frequency of each."""
    words: frozenset[str]
    """All of its words."""
    kind: AnswerKind
    """What it asks for."""
    names: frozenset[str]
    """Stems of the names in it."""
    numbers: frozenset[str]
    """Numbers in it."""
    is_negated: bool
    """Whether it denies something."""

    @property
    def has_vector(self) -> bool:
        """Return whether it was embedded; else words alone are searched."""
        return bool(self.vector.any())

    @property
    def stems(self) -> frozenset[str]:
        """Return the stems of all of its words."""
        return frozenset(map(stem, self.words))

    def words_in(self, text: str) -> frozenset[str]:
        """Return those of its content words that the text holds."""
        return stems_of(text).intersection(self.rarities)


class SentenceSignals(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for a sentence, each between 0 and 1 or nearly so."""

    closeness: float
    """Cosine of question and sentence."""
    coverage: float
    """Share of the question's content words that the sentence holds, weighted by rarity."""
    lead_in: float
    """What the sentence before it adds to that share."""
    passage: float
    """Fused retrieval score of the passage, by `STRENGTH_MIX`."""
    cue: float
    """1 where the sentence holds the kind of thing that is asked for, e.g. a date for `when`."""

    def score(self) -> float:
        """Return the weighted sum.

        The weights maximise the likelihood of sentences that hold a gold answer among those of the passages retrieved
        (a conditional logit), on the development half of SQuAD 2: `benchmarks/answers.py --tune` prints them.
        """
        return 6.81 * self.closeness + 7.77 * self.coverage + 2.97 * self.lead_in + 6.56 * self.passage + 1.8 * self.cue


@functools.lru_cache(maxsize=4_096)
def stems_of(text: str) -> frozenset[str]:
    """Return the content words of a text; the last 4,096 texts are remembered, since passages come again."""
    return frozenset(content_words(text))


def signals_of(
    question: Question, sentences: Sequence[str], *, vectors: Vectors, passage_score: float
) -> list[SentenceSignals]:
    """Return the signals of each sentence of one passage, in order; `vectors` has one row a sentence."""
    closeness = vectors @ question.vector if len(sentences) else np.zeros(0)
    held = [question.words_in(sentence) for sentence in sentences]
    before = [frozenset[str](), *held[:-1]]
    return [
        SentenceSignals(
            closeness=float(closeness[place]),
            coverage=coverage(question, own),
            lead_in=coverage(question, own | earlier) - coverage(question, own),
            passage=passage_score,
            cue=float(holds_answer_of_kind(sentence, question.kind, question_words=question.words)),
        )
        for place, (sentence, own, earlier) in enumerate(zip(sentences, held, before, strict=True))
    ]


def coverage(question: Question, held: frozenset[str]) -> float:
    """Return the share of the question's content words that are held, weighted by rarity; 0 without content words."""
    total = sum(question.rarities.values())
    return sum(question.rarities[word] for word in held) / total if total else 0.0
