"""Sentence signals and answerability, on a question read by hand."""

import msgspec
import numpy as np

from plimsoll.knowledge.retrieval.answerability import (
    BY_WORDS,
    WITH_VECTORS,
    ReadPassage,
    answer_signals,
    judge_answerability,
    weights_for,
)
from plimsoll.knowledge.retrieval.cues import AnswerKind
from plimsoll.knowledge.retrieval.highlight import Question, signals_of

QUESTION = Question(
    text="When did Ada publish 3 notes?",
    vector=np.array([1, 0], np.float32),
    rarities={"ada": 3.0, "publish": 1.0, "3": 1.0, "note": 1.0},
    words=frozenset({"when", "did", "ada", "publish", "3", "notes"}),
    kind=AnswerKind.MOMENT,
    names=frozenset({"ada"}),
    numbers=frozenset({"3"}),
    is_negated=False,
)
SENTENCES = ("Ada wrote 3 notes.", "They were published in 1843.")
VECTORS = np.array([[1, 0], [0.6, 0.8]], np.float32)


def read(question: Question = QUESTION) -> ReadPassage:
    signals = signals_of(question, SENTENCES, vectors=VECTORS, passage_score=0.5)
    return ReadPassage(sentences=SENTENCES, signals=tuple(signals), whole=" ".join(SENTENCES))


def test_signals_count_words_by_rarity_and_what_the_sentence_before_adds() -> None:
    first, second = read().signals
    assert (first.coverage, first.lead_in, first.cue) == (5 / 6, 0.0, 0.0)
    assert (second.coverage, round(second.lead_in, 6), second.cue) == (1 / 6, round(5 / 6, 6), 1.0)
    assert np.isclose(second.closeness, 0.6)


def test_a_passage_that_holds_name_number_and_words_is_answerable() -> None:
    signals = answer_signals(QUESTION, read())
    assert (signals.missing_names, signals.missing_number, signals.opposed) == (0.0, 0.0, 0.0)
    assert judge_answerability(QUESTION, [read()]) >= WITH_VECTORS.answerable_at


def test_a_missing_name_or_number_and_an_unmatched_negation_lower_the_chance() -> None:
    other = msgspec.structs.replace(
        QUESTION, names=frozenset({"grace"}), numbers=frozenset({"7"}), is_negated=True, rarities={"grace": 3.0}
    )
    signals = answer_signals(other, read(other))
    assert (signals.missing_names, signals.missing_number, signals.unmatched_negation) == (1.0, 1.0, 1.0)
    assert WITH_VECTORS.chance(signals) < judge_answerability(QUESTION, [read()])


def test_without_sentences_there_is_no_chance() -> None:
    assert judge_answerability(QUESTION, []) == 0.0
    assert judge_answerability(QUESTION, [ReadPassage(sentences=(), signals=(), whole="")]) == 0.0


def test_a_question_without_a_vector_is_judged_by_words_and_answered_where_its_words_stand() -> None:
    """With the weights of a whole search, whose closeness is 0 then, even this question would be refused."""
    blind = msgspec.structs.replace(QUESTION, vector=np.zeros(2, np.float32))
    passage = ReadPassage(
        sentences=SENTENCES,
        signals=tuple(signals_of(blind, SENTENCES, vectors=VECTORS, passage_score=0.2)),
        whole=" ".join(SENTENCES),
    )
    assert weights_for(blind) == BY_WORDS
    assert weights_for(QUESTION) == WITH_VECTORS
    assert judge_answerability(blind, [passage], weights=BY_WORDS) >= BY_WORDS.answerable_at
    assert judge_answerability(blind, [passage]) < WITH_VECTORS.answerable_at
