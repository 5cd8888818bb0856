"""Words as comparison sees them."""

from plimsoll.text import content_words, words


def test_words_are_lower_cased_without_accents_and_possessives() -> None:
    assert words("Schrödinger's CAFÉ\u2019s door") == ["schrodinger", "cafe", "door"]


def test_numbers_have_one_form() -> None:
    assert words("1,000,000 and 3.5 on the 10th") == ["1000000", "and", "3.5", "on", "the", "10th"]


def test_hyphens_and_underscores_separate() -> None:
    assert words("well-known snake_case") == ["well", "known", "snake", "case"]


def test_content_words_leave_stop_words_out_and_stem_the_rest() -> None:
    assert content_words("When were the Normans running in Normandy?") == ["norman", "run", "normandi"]


def test_a_text_of_stop_words_only_has_no_content() -> None:
    assert content_words("What is it that they did?") == []
