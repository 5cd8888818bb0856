"""Traces for property tests: any tree of spans, also with parents that are missing, circular or of another trace."""

from hypothesis import strategies as st

from plimsoll.traces.fold import LightSpan

_TEXT = st.none() | st.sampled_from(["a", "b", "c"])
_COUNT = st.none() | st.integers(0, 10**6)


def _id(number: int) -> str:
    return f"{number:016x}"


LIGHT_SPAN = st.builds(
    LightSpan,
    trace_id=st.just("a" * 32),
    start_ns=st.integers(0, 50),
    span_id=st.integers(1, 12).map(_id),
    parent_id=st.none() | st.integers(1, 14).map(_id),
    name=st.sampled_from(["ask", "chat", "retrieve"]),
    kind=st.sampled_from(["model", "model", "request", "retrieval", None]),
    end_ns=st.integers(50, 90),
    error=st.none() | st.just("it broke"),
    tenant=st.just("local"),
    subject=_TEXT,
    feature=_TEXT,
    dataset=st.none(),
    outcome=st.none() | st.sampled_from(["answered", "failed"]),
    error_class=st.none() | st.sampled_from(["model", "limit", "policy"]),
    model=_TEXT,
    input_tokens=_COUNT,
    output_tokens=_COUNT,
    cached_tokens=_COUNT,
    reasoning_tokens=_COUNT,
    cost_usd=st.none() | st.floats(0, 10),
    session=_TEXT,
    variant=_TEXT,
    version=_TEXT,
    release=_TEXT,
    service=_TEXT,
    tags=st.none() | st.sampled_from(["|x|", "|x|y|", "|z|"]),
    prompt_hash=_TEXT,
    call_id=st.none() | st.sampled_from(["r1", "r2"]),
    inclusion=st.none() | st.just(0.5),
    is_closed=st.booleans(),
)
LIGHT_SPANS = st.lists(LIGHT_SPAN, min_size=1, max_size=12, unique_by=lambda span: span.span_id)
"""The spans of one trace, each id once."""
