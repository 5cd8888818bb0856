"""Names of any length become short ones that stay apart."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.traces.short_names import MOST_BYTES, shorten_name

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@given(TEXTS)
def test_a_name_fits_and_is_cut_once_only(name: str):
    short = shorten_name(name)
    assert len(short.encode()) <= MOST_BYTES
    assert shorten_name(short) == short
    assert (short == name) == (len(name.encode()) <= MOST_BYTES)


@given(TEXTS, TEXTS, TEXTS)
def test_names_that_begin_alike_stay_apart(beginning: str, one: str, other: str):
    first, second = (beginning * 9 + end for end in (one, other))
    assert (shorten_name(first) == shorten_name(second)) == (first == second)
