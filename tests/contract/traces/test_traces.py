"""What the traces answer, over SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest

from plimsoll.errors import InvalidRequest, NotFound
from plimsoll.records import Outcome, Score, ScoreSource, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Keep, TraceFilter, Traces

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, tzinfo=UTC)


def trace_id(number: int) -> str:
    return f"{number:02x}" * 16


def span(trace: int, number: int, parent: int | None = None, /, **attributes: str | float) -> Span:
    """Return a span of the trace, one second after the trace before it."""
    start = int((START + timedelta(seconds=trace)).timestamp()) * 10**9 + number
    return Span(
        trace_id=trace_id(trace),
        span_id=f"{number:016x}",
        parent_id=None if parent is None else f"{parent:016x}",
        name=f"step {number}",
        start_ns=start,
        end_ns=start + 10**6,
        attributes={name.replace("__", "."): value for name, value in attributes.items()},
    )


def call(trace: int, number: int, parent: int, **more: float) -> Span:
    """Return the span of a model call of 10 tokens in and 5 out."""
    usage = {"gen_ai__usage__input_tokens": 10, "gen_ai__usage__output_tokens": 5}
    return span(trace, number, parent, plimsoll__kind="model", **usage, **more)


async def write(store: Store, *spans: Span) -> None:
    capture = Capture(store, SystemClock())
    assert all(capture.put(each) for each in spans)
    assert await capture.flush()


async def test_traces_are_listed_youngest_first_and_page_by_page(store: Store, traces: Traces):
    await write(store, *(span(number, 1) for number in range(1, 8)))
    first = await traces.list(TraceFilter(limit=3))
    second = await traces.list(TraceFilter(limit=3, before=first[-1].trace_id))
    third = await traces.list(TraceFilter(limit=3, before=second[-1].trace_id))
    assert [each.trace_id for each in (*first, *second, *third)] == [trace_id(n) for n in range(7, 0, -1)]


async def test_each_filter_narrows_the_list(store: Store, traces: Traces):
    await write(
        store,
        span(1, 1, plimsoll__feature="docs", plimsoll__outcome="answered", plimsoll__tenant="a"),
        span(2, 1, plimsoll__feature="docs", plimsoll__outcome="failed", plimsoll__error_class="model"),
        span(3, 1, plimsoll__feature="other", plimsoll__input='{"text": "How much is 100%_sure?"}'),
    )
    filters = [
        TraceFilter(feature="docs"),
        TraceFilter(outcome=Outcome.FAILED),
        TraceFilter(tenant="a"),
        TraceFilter(since=START + timedelta(seconds=2)),
        TraceFilter(text="HOW MUCH"),
        TraceFilter(text="100%_s"),
        TraceFilter(text="100_%s"),
        TraceFilter(feature="docs", outcome=Outcome.ANSWERED, text="step"),
    ]
    found = [[int(each.trace_id[:2], 16) for each in await traces.list(where)] for where in filters]
    assert found == [[2, 1], [2], [1], [3, 2], [3], [3], [], [1]]


async def test_tokens_and_cost_are_summed_over_leaf_calls_only(store: Store, traces: Traces):
    outer = {"gen_ai__usage__input_tokens": 1_000, "plimsoll__cost_usd": 9.0}
    await write(
        store,
        span(1, 1, plimsoll__kind="request", **outer),
        span(1, 2, 1, plimsoll__kind="model", **outer),
        span(1, 3, 2, plimsoll__kind="parse"),
        call(1, 4, 3, plimsoll__cost_usd=0.25),
        call(1, 5, 1, plimsoll__cost_usd=0.5),
    )
    (summary,) = await traces.list()
    assert (summary.input_tokens, summary.output_tokens, summary.cost_usd) == (20, 10, 0.75)
    assert summary.span_count == 5


async def test_one_unknown_price_makes_the_cost_unknown_and_no_call_makes_it_zero(store: Store, traces: Traces):
    await write(store, span(1, 1), call(1, 2, 1, plimsoll__cost_usd=0.25), call(1, 3, 1), span(2, 1))
    assert [each.cost_usd for each in await traces.list()] == [0.0, None]


async def test_parents_that_form_a_circle_are_survived(store: Store, traces: Traces):
    await write(store, call(1, 1, 2, plimsoll__cost_usd=1.0), call(1, 2, 1, plimsoll__cost_usd=1.0))
    (summary,) = await traces.list()
    assert summary.cost_usd == 0.0


async def test_a_trace_whose_root_never_came_is_listed_once_without_an_outcome(store: Store, traces: Traces):
    await write(store, *(span(1, number, 9, plimsoll__feature="docs") for number in (3, 2, 4)), span(2, 1))
    listed = await traces.list()
    assert [(each.trace_id, each.outcome, each.name) for each in listed] == [
        (trace_id(2), None, "step 1"),
        (trace_id(1), None, "step 2"),
    ]
    assert (listed[1].span_count, listed[1].feature) == (3, "docs")


async def test_a_span_that_is_written_twice_counts_once(store: Store, traces: Traces):
    await write(store, span(1, 1), call(1, 2, 1))
    await write(store, call(1, 2, 1), span(1, 1))
    (summary,) = await traces.list()
    assert (summary.span_count, summary.input_tokens) == (2, 10)


async def test_a_trace_is_found_by_its_id_and_by_a_prefix_of_it(store: Store, traces: Traces):
    await write(store, span(1, 1, plimsoll__input="in"), span(1, 2, 1), span(2, 1))
    for name in (trace_id(1), trace_id(1)[:6]):
        trace = await traces.get(name)
        assert [each.name for each in trace.spans] == ["step 1", "step 2"]
        assert (trace.summary.input_text, trace.spans[0].attributes["plimsoll.input"]) == ("in", "in")


async def test_a_prefix_that_fits_several_traces_names_them(store: Store, traces: Traces):
    one = span(1, 1)
    await write(store, one, Span(trace_id="01" * 15 + "ff", span_id="2" * 16, name="two", start_ns=1, end_ns=2))
    with pytest.raises(InvalidRequest, match=rf"Several traces begin with '010101': {trace_id(1)}, {'01' * 15}ff"):
        await traces.get("010101")


async def test_an_id_that_is_none_or_unknown_is_told_apart(traces: Traces):
    with pytest.raises(InvalidRequest, match="is no trace id: give 6 to 32 hexadecimal digits"):
        await traces.get("01010")
    for name in ("010101", trace_id(1)):
        with pytest.raises(NotFound, match=f"There is no trace '{name}'"):
            await traces.get(name)


async def test_another_tenants_trace_is_not_found(store: Store, traces: Traces):
    await write(store, span(1, 1, plimsoll__tenant="theirs"))
    assert (await traces.get(trace_id(1), tenant="theirs")).summary.tenant == "theirs"
    for name in (trace_id(1), trace_id(1)[:8]):
        with pytest.raises(NotFound):
            await traces.get(name, tenant="ours")


async def test_a_page_too_long_or_after_an_unknown_trace_is_refused(traces: Traces):
    with pytest.raises(InvalidRequest, match="A page holds 1 to 500 traces, not 501"):
        await traces.list(TraceFilter(limit=501))
    with pytest.raises(NotFound):
        await traces.list(TraceFilter(before=trace_id(1)))


async def test_a_score_comes_back_as_it_was_given(store: Store, traces: Traces):
    at = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
    given = [
        Score(name="grounded", value=0.5, passed=False, source=ScoreSource.USER, by="ada", at=at, trace_id=trace_id(1)),
        Score(name="exact", value=None, reason="no answer", at=at + timedelta(1), trace_id=trace_id(1)),
    ]
    await traces.add_scores(given)
    assert await traces.scores(trace_id(1)) == given
    assert await traces.scores(trace_id(2)) == []


async def test_erasing_a_person_leaves_nothing_of_theirs_and_everything_of_others(store: Store, traces: Traces):
    ada, bob = {"plimsoll__subject": "user:ada"}, {"plimsoll__subject": "user:bob"}
    await write(store, span(1, 1, **ada), span(1, 2, 1), span(2, 1, **bob), span(3, 1, **ada, plimsoll__tenant="b"))
    await traces.add_scores(
        [
            Score(name="grounded", value=1.0, trace_id=trace_id(1)),
            Score(name="thumb", value=0.0, by="user:ada", reason="I, Ada, disagree", trace_id=trace_id(2)),
        ]
    )
    assert await traces.erase("user:ada") == 2
    assert [each.trace_id for each in await traces.list()] == [trace_id(3), trace_id(2)]
    assert await traces.scores(trace_id(1)) == []
    assert [(score.value, score.by, score.reason) for score in await traces.scores(trace_id(2))] == [(0.0, "", "")]


async def test_pruning_deletes_whole_traces_that_ended_before_the_moment(store: Store, traces: Traces):
    await write(store, *(span(number, 1) for number in range(1, 5)), span(4, 2, 1))
    await traces.add_scores([Score(name="grounded", value=1.0, trace_id=trace_id(1))])
    assert (await traces.prune(Keep(since=START + timedelta(seconds=3)))).traces == 2
    assert [each.trace_id for each in await traces.list()] == [trace_id(4), trace_id(3)]
    assert await traces.scores(trace_id(1)) == []


async def test_a_trace_of_six_thousand_spans_is_opened_with_its_first_five_thousand(store: Store, traces: Traces):
    await write(store, span(1, 1), *(span(1, number, 1) for number in range(2, 6_001)))
    trace = await traces.get(trace_id(1))
    assert (trace.summary.span_count, len(trace.spans), trace.omitted_spans) == (6_000, 5_000, 1_000)
    assert [each.span_count for each in await traces.list()] == [6_000]
