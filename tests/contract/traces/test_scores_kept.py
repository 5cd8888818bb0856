"""What of a score is stored, on both databases: nothing unredacted, nothing endless, and no number that spreads."""

from datetime import UTC, datetime, timedelta

import pytest

from plimsoll.records import Score, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, FigureFilter, Traces, drop_content

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = FigureFilter(since=START - timedelta(hours=1), until=START + timedelta(hours=1))
TRACE = "ab" * 16


async def write_trace(store: Store) -> None:
    start = int(START.timestamp()) * 10**9
    capture = Capture(store, SystemClock())
    await capture.put_all([Span(trace_id=TRACE, span_id="cd" * 8, name="x", start_ns=start, end_ns=start + 1)])


async def test_what_a_judge_says_is_redacted_cleaned_and_cut_as_spans_are(traces: Traces):
    said = "ada@example.com was told a lie\0"
    given = Score(name="a\0b", value=1.0, by="judge\0", label=said, reason=said + "." * 70_000, trace_id=TRACE)
    await traces.add_scores([given])
    (kept,) = await traces.scores(TRACE)
    assert (kept.name, kept.by, len(kept.reason)) == ("a\ufffdb", "judge\ufffd", 65_536)
    assert kept.label.endswith("was told a lie\ufffd")
    assert "ada@" not in kept.label + kept.reason


async def test_where_content_is_dropped_a_score_keeps_its_verdict_alone(store: Store):
    traces = Traces(store, redact=drop_content)
    given = Score(name="grounded", value=0.0, passed=False, by="m", label="x", reason="y", trace_id=TRACE)
    await traces.add_scores([given])
    (kept,) = await traces.scores(TRACE)
    assert (kept.name, kept.value, kept.passed, kept.by, kept.label, kept.reason) == (
        "grounded",
        0.0,
        False,
        "m",
        "",
        "",
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
async def test_a_value_that_is_no_number_could_not_tell_and_is_counted_as_missing(
    store: Store, traces: Traces, value: float
):
    await write_trace(store)
    await traces.add_scores([Score(name="good", value=one, trace_id=TRACE) for one in (value, 0.5)])
    assert {score.value for score in await traces.scores(TRACE)} == {None, 0.5}
    (series,) = (await traces.figures(HOUR)).series
    assert (series.total.quality["good"].n, series.total.quality["good"].missing) == (1, 1)


@pytest.mark.parametrize("value", [1e308, -1e308, 2.0**63])
async def test_a_value_beyond_all_measure_stops_nothing(store: Store, traces: Traces, value: float):
    await write_trace(store)
    await traces.add_scores([Score(name="good", value=value, trace_id=TRACE) for _ in range(3)])
    assert [score.value for score in await traces.scores(TRACE)] == [value] * 3
    (series,) = (await traces.figures(HOUR)).series
    assert series.total.quality["good"].n == 3
