"""Whatever the text, sentence spans are ordered, trimmed and lose nothing but white space."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text import sentences

TEXTS = st.text(alphabet=st.sampled_from("ab AB.!?\n\t\"')(-1|#。é\f\r"), max_size=200) | st.text(max_size=200)


@given(TEXTS)
def test_spans_are_ordered_and_trimmed(text: str) -> None:
    end = 0
    for span in sentences(text):
        assert end <= span.start < span.end
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        end = span.end


@given(TEXTS)
def test_nothing_but_white_space_lies_between_sentences(text: str) -> None:
    kept = "".join(text[span.start : span.end] for span in sentences(text))
    assert "".join(kept.split()) == "".join(text.split())
