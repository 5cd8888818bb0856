"""Words that say the opposite of what the text says."""

import pytest

from plimsoll.knowledge.retrieval.opposites import opposed_words, stems_in


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("What is the least common cause?", "The most common cause is a cold."),
        ("Who rejected the treaty?", "The council accepted the treaty."),
        ("What was the first unlawful act?", "The first lawful act was passed."),
        ("Where does the northern line end?", "The southern line ends at the port."),
    ],
)
def test_a_question_that_says_the_opposite_of_the_passage_is_opposed(question: str, passage: str) -> None:
    assert opposed_words(stems_in(question), stems_in(passage))


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("What is the least common cause?", "The least common cause is malaria, the most common a cold."),
        ("Who came in first?", "Ada came first."),
        ("", "The most common cause is a cold."),
        ("What is the least common cause?", ""),
        ("Who wrote the press release?", "They were impressed."),
    ],
)
def test_a_passage_that_holds_the_word_itself_or_no_opposite_is_not_opposed(question: str, passage: str) -> None:
    assert not opposed_words(stems_in(question), stems_in(passage))
