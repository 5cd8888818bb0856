"""Sentence spans: where prose, lists and code are cut."""

import pytest

from plimsoll.text import sentences


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


def test_sentences_end_at_full_stops_question_marks_and_exclamations() -> None:
    assert cut("Is it so? It is! Then go. Good") == ["Is it so?", "It is!", "Then go.", "Good"]


@pytest.mark.parametrize(
    "whole",
    [
        "Dr. Smith and Mr. J. K. Rowling met at 5 p.m. on Jan. 5 in the U.S. Senate.",
        "Use e.g. Python 3.11 or i.e. a later one.",
        "The price rose by 3.5 percent to $1.20 a barrel.",
        "See Fig. 3 and No. 7 for details.",
        "the company Acme Inc. was founded in Boston.",
    ],
)
def test_an_abbreviation_or_a_decimal_point_ends_no_sentence(whole: str) -> None:
    assert cut(whole) == [whole]


def test_an_abbreviation_ends_a_sentence_where_an_opening_word_follows() -> None:
    assert cut("They moved to the U.S. The war went on.") == ["They moved to the U.S.", "The war went on."]


def test_closing_quotes_and_reference_marks_stay_with_their_sentence() -> None:
    assert cut('He said "no." Then he left.[12] She stayed.') == ['He said "no."', "Then he left.[12]", "She stayed."]


def test_a_wrapped_line_continues_and_a_blank_line_ends() -> None:
    assert cut("one line\nwrapped\n\nnext paragraph") == ["one line\nwrapped", "next paragraph"]


def test_list_items_headings_and_table_rows_stand_alone() -> None:
    text = "Intro:\n- first\n- second\n1. third\n# Title\n| a | b |\n| c | d |\nafter"
    assert cut(text) == ["Intro:", "- first", "- second", "1. third", "# Title", "| a | b |", "| c | d |", "after"]


def test_chinese_sentences_end_without_a_space() -> None:
    assert cut("今天下雨。明天晴天。") == ["今天下雨。", "明天晴天。"]


def test_blank_text_has_no_sentences() -> None:
    assert cut(" \n\n\t ") == []
