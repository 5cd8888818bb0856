import numpy as np
import pytest

from plimsoll.traces.search.signatures import bits_of, sign_texts


@pytest.mark.parametrize("words", ["", "a", "ab", "é"])
def test_words_of_less_than_three_bytes_have_no_bits(words: str):
    assert bits_of(words) == ()


def test_a_made_up_word_is_told_from_a_text_without_it():
    (signature,) = np.unpackbits(
        sign_texts(["How long do customers have to return an item?"]), axis=1, bitorder="little"
    )
    assert not all(signature[bit] for bit in bits_of("zephyrine"))


def test_texts_of_more_than_a_megabyte_are_signed():
    long = "a long text " * 100_000
    assert (sign_texts([long, "a", long]) == np.vstack([sign_texts([one]) for one in (long, "a", long)])).all()
