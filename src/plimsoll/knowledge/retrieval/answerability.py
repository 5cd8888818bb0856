"""Whether a passage holds an answer at all: a small logistic over words, not a threshold on a cosine. Pure.

`retrieve` asks it about the passage of the best sentence. Each signal compares question and passage; none reads the
question alone. It reads no grammar: what the passage says of somebody else looks answerable to it.
"""

import math
from collections.abc import Sequence

import msgspec

from plimsoll.knowledge.retrieval.cues import is_negated
from plimsoll.knowledge.retrieval.highlight import Question, SentenceSignals
from plimsoll.knowledge.retrieval.opposites import opposed_words, stems_in
from plimsoll.text import words


class AnswerSignals(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for a passage holding an answer, each between 0 and 1 or nearly so."""

    closeness: float
    """Cosine of question and best sentence."""
    coverage: float
    """Share of the question's content words that the best sentence holds, weighted by rarity."""
    passage: float
    """Fused retrieval score of the passage, by `STRENGTH_MIX`."""
    missing_names: float
    """Share of the names in the question that stand nowhere in the passage."""
    missing_number: float
    """1 where a number of the question stands nowhere in the passage."""
    unmatched_negation: float
    """1 where the question is negated and neither the best sentence nor its neighbours are."""
    opposed: float
    """1 where the passage holds the opposite of a word of the question, e.g. `most` for `least`, and not the word."""


class AnswerWeights(msgspec.Struct, frozen=True, kw_only=True):
    """What each signal counts, and from which chance on a corpus says that it can answer."""

    bias: float
    """What is added in any case."""
    closeness: float
    """Weight of the signal of this name; so with the six that follow."""
    coverage: float
    """Weight."""
    passage: float
    """Weight."""
    missing_names: float
    """Weight."""
    missing_number: float
    """Weight."""
    unmatched_negation: float
    """Weight."""
    opposed: float
    """Weight."""
    answerable_at: float
    """Chance from which the question counts as answerable."""

    def chance(self, signals: AnswerSignals) -> float:
        """Return the estimated probability that the passage answers, between 0 and 1."""
        total = self.bias + sum(getattr(self, name) * getattr(signals, name) for name in SIGNALS)
        return 1.0 / (1.0 + math.exp(-total))


SIGNALS = AnswerSignals.__struct_fields__
"""Names of the signals, in the order of their weights."""

WITH_VECTORS = AnswerWeights(
    bias=-5.52,
    closeness=4.37,
    coverage=2.26,
    passage=2.26,
    missing_names=-1.01,
    missing_number=-1.52,
    unmatched_negation=-3.54,
    opposed=-2.22,
    answerable_at=0.12,
)
"""They maximise the likelihood of answerable questions on the development half of SQuAD 2 against its unanswerable
ones and against all of them asked of everything but their own article; 95 % of the answerable ones reach the chance. It
is low because a wrongly refused question costs more than a weak passage shown: `benchmarks/answers.py --tune`."""

BY_WORDS = AnswerWeights(
    bias=-3.24,
    closeness=0.0,
    coverage=4.24,
    passage=0.53,
    missing_names=-1.85,
    missing_number=-1.38,
    unmatched_negation=-3.66,
    opposed=-2.11,
    answerable_at=0.094,
)
"""The same for a search by words alone, where a deadline dropped the vectors; fitted in the same way on such ones."""


class ReadPassage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as its sentences were scored."""

    sentences: tuple[str, ...]
    """Its sentences."""
    signals: tuple[SentenceSignals, ...]
    """What speaks for each."""
    whole: str
    """Title, headings and text."""

    def best_place(self) -> int:
        """Return the number of the best sentence; -1 without sentences."""
        return max(range(len(self.signals)), key=lambda place: self.signals[place].score(), default=-1)

    def best_score(self) -> float:
        """Return the score of the best sentence."""
        return max((signal.score() for signal in self.signals), default=-math.inf)


def weights_for(question: Question, fitted: AnswerWeights = WITH_VECTORS) -> AnswerWeights:
    """Return the weights that a question is judged by: `fitted` where it has a vector."""
    return fitted if question.has_vector else BY_WORDS


def judge_answerability(
    question: Question, passages: Sequence[ReadPassage], *, weights: AnswerWeights = WITH_VECTORS
) -> float:
    """Return the chance that the passage with the best sentence answers the question; 0 without sentences."""
    signals = best_signals(question, passages)
    return weights.chance(signals) if signals is not None else 0.0


def best_signals(question: Question, passages: Sequence[ReadPassage]) -> AnswerSignals | None:
    """Return what speaks for the passage with the best sentence holding an answer; None without sentences."""
    best = max(passages, key=ReadPassage.best_score, default=None)
    return answer_signals(question, best) if best is not None and best.signals else None


def answer_signals(question: Question, passage: ReadPassage) -> AnswerSignals:
    """Return the signals of one passage, which has at least one sentence."""
    place = passage.best_place()
    best = passage.signals[place]
    held = question.words_in(passage.whole)
    nearby = " ".join(passage.sentences[max(0, place - 1) : place + 2])
    missing = question.names - held
    stems = stems_in(passage.whole)
    return AnswerSignals(
        closeness=best.closeness,
        coverage=best.coverage,
        passage=best.passage,
        missing_names=len(missing) / len(question.names) if question.names else 0.0,
        missing_number=float(bool(question.numbers.difference(words(passage.whole)))),
        unmatched_negation=float(question.is_negated and not is_negated(nearby)),
        opposed=float(bool(opposed_words(question.stems, stems))),
    )
