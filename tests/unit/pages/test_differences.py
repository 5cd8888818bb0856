"""Differences of texts: both texts can be read from the parts."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.pages import DiffPart, diff_words


def text_of(parts: tuple[DiffPart, ...], *, but: str) -> str:
    return "".join(part.text for part in parts if part.change != but)


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_are_whole(before: str, after: str):
    parts = diff_words(before, after)
    assert text_of(parts, but="added") == before
    assert text_of(parts, but="removed") == after


def test_a_changed_word_is_the_only_change():
    parts = diff_words("within 30 days of delivery", "within 45 days of delivery")
    assert [(one.change, one.text) for one in parts if one.change != "same"] == [("removed", "30"), ("added", "45")]


def test_very_long_texts_stand_whole():
    parts = diff_words("a " * 2_000, "b " * 2_000)
    assert [one.change for one in parts] == ["removed", "added"]
