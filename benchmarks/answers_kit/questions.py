"""Reads a folder in the format of SQuAD 2 as this project keeps it: `corpus.jsonl` and `questions.jsonl`.

The questions are split into two halves by a hash of their id: constants are chosen on the development half, figures
are reported on the other.
"""

import hashlib
import re
import string
from pathlib import Path

import msgspec

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


class GoldAnswer(msgspec.Struct, frozen=True):
    """One annotator's answer."""

    text: str


class AskedQuestion(msgspec.Struct, frozen=True):
    """One question and what is known of its answer."""

    id: str
    title: str
    gold_passage_id: str
    question: str
    is_impossible: bool
    answers: tuple[GoldAnswer, ...] = ()

    def is_for_development(self) -> bool:
        """Tell whether constants may be chosen on it."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0

    def is_answered_by(self, sentence: str) -> bool:
        """Tell whether the sentence holds a gold answer as whole words, both normalised as SQuAD does."""
        padded = f" {normalise_answer(sentence)} "
        golds = {normalise_answer(answer.text) for answer in self.answers}
        return any(gold and f" {gold} " in padded for gold in golds)


class GivenPassage(msgspec.Struct, frozen=True):
    """One passage of the corpus."""

    passage_id: str
    title: str
    text: str


class QuestionSet(msgspec.Struct, frozen=True):
    """Passages and questions about them."""

    passages: tuple[GivenPassage, ...]
    questions: tuple[AskedQuestion, ...]

    def of_articles(self, count: int) -> "QuestionSet":
        """Return the part of the first `count` articles."""
        titles = set(list(dict.fromkeys(passage.title for passage in self.passages))[:count])
        return QuestionSet(
            tuple(passage for passage in self.passages if passage.title in titles),
            tuple(question for question in self.questions if question.title in titles),
        )


def load_question_set(folder: Path) -> QuestionSet:
    """Read the folder."""
    return QuestionSet(
        tuple(msgspec.json.decode(line, type=GivenPassage) for line in _lines(folder / "corpus.jsonl")),
        tuple(msgspec.json.decode(line, type=AskedQuestion) for line in _lines(folder / "questions.jsonl")),
    )


def normalise_answer(text: str) -> str:
    """Return the text lower-cased, without punctuation, articles and surplus white space (SQuAD's evaluation)."""
    plain = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def _lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines() if line.strip()]
