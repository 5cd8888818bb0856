"""Whatever a span holds, it can be stored, and comes back as it was but for what may not be stored."""

from collections.abc import Callable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.records import Attribute, Span, SpanEvent
from plimsoll.text import Redactor
from plimsoll.traces.rows import TRUNCATED, RowMaker, drop_content, keep_content, row_of, span_of

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
SAID = st.sampled_from(
    ["gpt-5", "Ada", "ada@example.com", "sk-abc123abc123abc123abc123", "+33 6 12 34 56 78", "x" * 90, "\x00", "token"]
)
# Names that are facts, one of content, one of neither, and one that is no name.
SAYING = st.dictionaries(
    st.sampled_from(["gen_ai.response.id", "plimsoll.feature", "plimsoll.input", "user.id", "ada@example.com"]),
    st.one_of(SAID, SAID, st.integers(0, 3), st.lists(SAID, max_size=2)),
)
REDACTIONS = st.sampled_from([Redactor(), Redactor(("email",)), Redactor(("secrets",)), drop_content, keep_content])


@given(st.lists(SAYING, min_size=16, max_size=20), REDACTIONS, st.sampled_from([5, 1_000]))
def test_what_became_of_other_spans_makes_no_difference(
    said: list[dict[str, Attribute]], redact: Callable[[str], str], limit: int
):
    spans = [
        Span(trace_id="a" * 32, span_id="b" * 16, name="ask", start_ns=1, end_ns=2, attributes=one) for one in said
    ]
    maker = RowMaker(redact, limit=limit)
    alone = [row_of(span, redact, limit=limit) for span in spans]
    assert [maker.make_all(spans), maker.make_all(spans)] == [alone, alone]


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
