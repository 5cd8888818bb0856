"""The row of a trace depends on its spans alone: not on their order, their repeats or what arrived together."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.traces.fold import LightSpan, fold_many, leaf_calls, order_spans

from property.traces.spans_of_a_trace import LIGHT_SPAN, LIGHT_SPANS
from unit.traces.folded import fold_spans


@given(LIGHT_SPANS.flatmap(lambda spans: st.tuples(st.just(spans), st.permutations(spans))))
def test_the_order_of_arrival_does_not_matter(arrived: tuple[list[LightSpan], list[LightSpan]]):
    spans, otherwise = arrived
    assert fold_spans(otherwise) == fold_spans(spans)


@given(LIGHT_SPANS, st.integers(1, 3))
def test_repeats_do_not_matter(spans: list[LightSpan], times: int):
    assert fold_spans(spans * times) == fold_spans(spans)


@given(LIGHT_SPANS)
def test_tokens_and_cost_are_those_of_calls_that_no_other_call_stands_below(spans: list[LightSpan]):
    ordered = order_spans(spans)
    ids = {span.span_id for span in leaf_calls(ordered)}
    parents = {span.span_id: span.parent_id for span in ordered}
    for span in ordered:
        above: set[str] = set()
        parent = span.parent_id
        while span.kind == "model" and parent is not None and parent not in above:
            above.add(parent)
            parent = parents.get(parent)
        assert not above & ids
    row = fold_spans(spans)
    leaves = [span for span in spans if span.span_id in ids]
    assert row.input_tokens == sum(span.input_tokens or 0 for span in leaves)
    assert (row.cost_usd is None) == any(span.cost_usd is None for span in leaves)
    assert row.unpriced == sum(span.cost_usd is None for span in leaves)


@given(LIGHT_SPANS)
def test_a_trace_lasts_from_its_first_beginning_to_its_last_end(spans: list[LightSpan]):
    row = fold_spans(spans)
    assert row.start_ns == min(span.start_ns for span in spans)
    assert row.end_ns == max(span.end_ns for span in spans)
    assert row.duration_ns == row.end_ns - row.start_ns
    assert row.span_count == len(spans)
    assert row.is_closed == any(span.is_closed for span in spans)


@given(LIGHT_SPAN)
def test_a_trace_of_one_span_is_folded_as_one_of_many_is(span: LightSpan):
    assert fold_spans([span]) == fold_many([span])
