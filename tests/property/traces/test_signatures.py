"""A signature never misses: whatever stands in a text, its bits are among the text's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.traces.search.blocks import cut_map, map_parts, may_hold
from plimsoll.traces.search.signatures import (
    BITS,
    MAP_BITS,
    bits_of,
    fold_case,
    places_of,
    sign_texts,
    slice_signatures,
)

LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(LETTERS, LETTERS, LETTERS)
def test_the_bits_of_words_are_those_of_every_text_that_contains_them(before: str, words: str, after: str):
    (signature,) = np.unpackbits(sign_texts([before + words + after]), axis=1, bitorder="little")
    assert all(signature[bit] for bit in bits_of(words))


@given(LETTERS)
def test_case_does_not_matter_to_them(words: str):
    assert bits_of(fold_case(words)) == bits_of(words)


@given(st.lists(LETTERS, max_size=40))
def test_slices_say_what_the_signatures_say(texts: list[str]):
    signatures = sign_texts([*texts, *[""] * (-len(texts) % 8)])
    rows = np.unpackbits(signatures, axis=1, bitorder="little")
    columns = np.unpackbits(slice_signatures(signatures), axis=1, bitorder="little")
    assert (columns == rows.T).all()
    assert columns.shape == (BITS, len(signatures))


@given(st.lists(LETTERS, min_size=1, max_size=20))
def test_texts_are_signed_alike_alone_and_together(texts: list[str]):
    assert (sign_texts(texts) == np.vstack([sign_texts([text]) for text in texts])).all()


@given(LETTERS, LETTERS, LETTERS)
def test_a_map_has_the_places_of_words_that_any_of_its_texts_contains(before: str, words: str, after: str):
    seen = np.zeros(MAP_BITS, np.bool_)
    sign_texts(["another text", before + words + after], seen=seen)
    parts = cut_map([np.flatnonzero(seen).astype("<u4").tobytes()])
    assert may_hold(parts, places_of(words))
    assert set(map_parts(places_of(words))) <= set(parts)
