"""Whatever a span holds, it can be stored, and comes back as it was but for what may not be stored."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.records import Span, SpanEvent
from plimsoll.traces.rows import TRUNCATED, row_of, span_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
VALUE = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(TEXT, max_size=3),
)
ATTRIBUTES = st.dictionaries(TEXT.filter(lambda name: name != TRUNCATED), VALUE, max_size=5)
MOMENT = st.integers(0, 2**62)
EVENT = st.builds(SpanEvent, name=TEXT, at_ns=MOMENT, attributes=ATTRIBUTES)
SPAN = st.builds(
    Span,
    trace_id=st.just("a" * 32),
    span_id=st.just("b" * 16),
    parent_id=st.sampled_from([None, "c" * 16]),
    name=TEXT,
    start_ns=MOMENT,
    end_ns=MOMENT,
    error=st.none() | TEXT,
    attributes=ATTRIBUTES,
    events=st.lists(EVENT, max_size=3).map(tuple),
)


@given(SPAN)
def test_a_span_comes_back_from_its_row_as_it_was(span: Span):
    assert span_of(row_of(span, lambda text: text, limit=1_000)) == span


@given(st.text(), st.integers(1, 20))
def test_no_stored_text_is_longer_than_the_limit_and_every_one_is_utf_8(text: str, limit: int):
    span = Span(
        trace_id="a" * 32, span_id="b" * 16, name=text, start_ns=1, end_ns=2, attributes={"plimsoll.input": text}
    )
    row = row_of(span, lambda text: text, limit=limit)
    assert len(str(row["input_text"])) <= limit
    assert len(str(row["name"])) <= limit
    assert b"\x00" not in msgspec.json.encode(row)
