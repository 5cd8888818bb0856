"""Whether a passage holds an answer at all: a small logistic over words, not a threshold on a cosine. Pure.

`retrieve` asks it of every passage and takes the best. It reads no grammar: a question about something that the
passage says of somebody else looks answerable to it.
"""

import math
from collections.abc import Sequence

import msgspec

from plimsoll.knowledge.cues import AnswerKind
from plimsoll.knowledge.highlight import Question, SentenceSignals, coverage

ANSWERABLE_AT = 0.5
"""Chance from which a corpus says that it can answer."""

_NOTHING = SentenceSignals(closeness=0.0, coverage=0.0, lead_in=0.0, passage=0.0, cue=0.0)


class AnswerSignals(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for a passage holding an answer."""

    best: SentenceSignals
    """Signals of its best sentence."""
    coverage: float
    """Share of the question's content words that stand in the passage, its title or its headings, by rarity."""
    missing: float
    """Inverse document frequency of the rarest word of the question that stands nowhere in it, over ten."""
    lacks_kind: float
    """1 where the question asks for a date, an amount, a name or a place, and the best sentence holds none."""

    def chance(self) -> float:
        """Return the estimated probability, between 0 and 1.

        The weights maximise the likelihood of answerable questions on the development half of SQuAD 2:
        `benchmarks/answers.py --tune` prints them.
        """
        total = (
            -3.0
            + 2.0 * self.best.closeness
            + 2.0 * self.best.coverage
            + 1.0 * self.best.passage
            + 1.0 * self.coverage
            - 1.0 * self.missing
            - 0.5 * self.lacks_kind
        )
        return 1.0 / (1.0 + math.exp(-total))


def answer_signals(question: Question, sentences: Sequence[SentenceSignals], *, passage: str) -> AnswerSignals:
    """Return the signals of one passage; `passage` is its text with title and headings."""
    best = max(sentences, key=SentenceSignals.score, default=_NOTHING)
    held = question.words_in(passage)
    return AnswerSignals(
        best=best,
        coverage=coverage(question, held),
        missing=max((rarity for word, rarity in question.rarities.items() if word not in held), default=0.0) / 10,
        lacks_kind=float(question.kind is not AnswerKind.OTHER and not best.cue),
    )
