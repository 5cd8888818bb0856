"""What a question asks for, and what a sentence holds of it."""

import pytest

from plimsoll.knowledge.retrieval.cues import AnswerKind, holds_answer_of_kind, is_negated, kind_of_answer, names_in
from plimsoll.text import words


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did it begin?", AnswerKind.MOMENT),
        ("In what year did it begin?", AnswerKind.MOMENT),
        ("How many days are there?", AnswerKind.AMOUNT),
        ("Who wrote it?", AnswerKind.NAME),
        ("Where is it?", AnswerKind.PLACE),
        ("Why is it so?", AnswerKind.OTHER),
    ],
)
def test_a_question_asks_for_a_kind_of_answer(question: str, kind: AnswerKind) -> None:
    assert kind_of_answer(question) == kind


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "holds"),
    [
        ("It began in May 1901.", AnswerKind.MOMENT, "When did it begin?", True),
        ("It began in 1901.", AnswerKind.MOMENT, "When in 1901 did it begin?", False),
        ("There are thirty days or 1,000 hours.", AnswerKind.AMOUNT, "How many?", True),
        ("It was written by Ada Lovelace.", AnswerKind.NAME, "Who wrote it?", True),
        ("Ada wrote it.", AnswerKind.NAME, "Who wrote it?", False),
        ("It is so.", AnswerKind.OTHER, "Why?", False),
    ],
)
def test_a_sentence_holds_a_kind_of_answer(sentence: str, kind: AnswerKind, question: str, *, holds: bool) -> None:
    found = holds_answer_of_kind(sentence, kind, question_words=frozenset(words(question)))
    assert found is holds


def test_names_do_not_open_the_question() -> None:
    assert names_in("Who told Ada Lovelace about Paris?") == {"ada", "lovelac", "pari"}


def test_negation_is_recognised() -> None:
    assert is_negated("It wasn\u2019t so.")
    assert is_negated("It was never so.")
    assert not is_negated("It was notable.")
