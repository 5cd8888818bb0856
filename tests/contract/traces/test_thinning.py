"""Traces that are left out by chance: what stays stands for all, over SQLite and PostgreSQL."""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest

from plimsoll.records import Score, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, FigureFilter, Sampling, TraceFilter, Traces, TraceSummary

pytestmark = pytest.mark.anyio


def trace_of(number: int, *, begun: datetime, milliseconds: float = 5.0, **attributes: str | float) -> Span:
    start_ns = int(begun.timestamp()) * 10**9 + number
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return Span(
        trace_id=f"{number:032x}",
        span_id=f"{1:016x}",
        name="ask",
        start_ns=start_ns,
        end_ns=start_ns + int(milliseconds * 1e6),
        attributes={"plimsoll.kind": "request", "plimsoll.feature": "faq", "plimsoll.outcome": "answered", **named},
    )


async def write(store: Store, *spans: Span) -> None:
    capture = Capture(store, SystemClock(), bound=100_000)
    for span in spans:
        assert capture.put(span)
    assert await capture.flush(timeout_seconds=60)
    await capture.close()


async def stored(traces: Traces) -> list[TraceSummary]:
    found: list[TraceSummary] = []
    while page := await traces.list(TraceFilter(limit=500, before=found[-1].trace_id if found else None)):
        found += page
    return found


def an_hour_ago() -> datetime:
    return SystemClock().now() - timedelta(hours=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
async def test_estimates_from_what_stays_are_right_within_their_error(store: Store, traces: Traces, seed: int):
    rng, begun = np.random.default_rng(seed), an_hour_ago()
    times = rng.lognormal(3, 1, 3_000)
    failed = rng.random(3_000) < 0.05
    outcomes = np.where(failed, "failed", "answered")
    first = seed * 10_000
    await write(
        store,
        *(
            trace_of(first + at, begun=begun, milliseconds=float(times[at]), plimsoll__outcome=str(outcomes[at]))
            for at in range(3_000)
        ),
    )
    assert await traces.thin(Sampling(rate=0.2, slow_ms=200)) > 1_500
    left = await stored(traces)
    assert {one.inclusion for one in left} == {0.2, 1.0}
    for told, truth in (([1.0] * len(left), 3_000), ([one.duration_ms for one in left], float(times.sum()))):
        chances = [one.inclusion for one in left]
        estimate = math.fsum(value / chance for value, chance in zip(told, chances, strict=True))
        parts = ((1 - chance) * (value / chance) ** 2 for value, chance in zip(told, chances, strict=True))
        assert abs(estimate - truth) < 4 * math.sqrt(math.fsum(parts))
    assert sum(one.outcome == "failed" for one in left) == failed.sum()
    assert sum(one.duration_ms >= 200 for one in left) == (times >= 200).sum()


async def test_figures_count_what_was_left_out(store: Store, traces: Traces):
    begun = an_hour_ago()
    await write(store, *(trace_of(number, begun=begun) for number in range(1, 401)))
    await traces.thin(Sampling(rate=0.1))
    assert len(await stored(traces)) < 100
    figures = await traces.figures(
        FigureFilter(since=begun - timedelta(hours=1), until=SystemClock().now(), tenant="local")
    )
    assert figures.series[0].total.count == 400


async def test_failed_scored_evaluated_and_unfinished_traces_all_stay(store: Store, traces: Traces):
    begun = an_hour_ago()
    await write(
        store,
        trace_of(1, begun=begun, plimsoll__error_class="model"),
        trace_of(2, begun=begun, plimsoll__dataset="cases"),
        trace_of(3, begun=begun),
        trace_of(4, begun=SystemClock().now()),
        *(trace_of(number, begun=begun) for number in range(10, 60)),
    )
    await traces.add_scores([Score(name="helpful", value=0.0, trace_id=f"{3:032x}")])
    assert await traces.thin(Sampling(rate=1e-9)) == 50
    assert {(int(one.trace_id, 16), one.inclusion) for one in await stored(traces)} == {(n, 1.0) for n in (1, 2, 3, 4)}


async def test_each_feature_has_its_own_share(store: Store, traces: Traces):
    begun = an_hour_ago()
    await write(store, *(trace_of(number, begun=begun) for number in range(1, 101)))
    await write(store, *(trace_of(number, begun=begun, plimsoll__feature="search") for number in range(101, 201)))
    await traces.thin(Sampling(rate=1.0, features={"faq": 0.3}))
    left = await stored(traces)
    assert sum(one.feature == "search" for one in left) == 100
    assert {one.inclusion for one in left if one.feature == "faq"} == {0.3}


async def test_sampling_again_changes_nothing_and_a_smaller_share_draws_among_those_that_stayed(
    store: Store, traces: Traces
):
    begun = an_hour_ago()
    await write(store, *(trace_of(number, begun=begun) for number in range(1, 301)))
    await traces.thin(Sampling(rate=0.5))
    half = {one.trace_id for one in await stored(traces)}
    assert await traces.thin(Sampling(rate=0.5)) == await traces.thin(Sampling(rate=0.8)) == 0
    assert {one.inclusion for one in await stored(traces)} == {0.5}
    await traces.thin(Sampling(rate=0.1))
    tenth = await stored(traces)
    assert {one.trace_id for one in tenth} < half
    assert {one.inclusion for one in tenth} == {0.1}


async def test_a_chance_multiplies_with_the_senders(store: Store, traces: Traces):
    begun = an_hour_ago()
    await write(store, *(trace_of(number, begun=begun, plimsoll__inclusion=0.5) for number in range(1, 101)))
    await traces.thin(Sampling(rate=0.2))
    assert {one.inclusion for one in await stored(traces)} == {0.1}


async def test_a_score_given_later_weighs_what_its_trace_stands_for(store: Store, traces: Traces):
    begun = an_hour_ago()
    await write(store, *(trace_of(number, begun=begun) for number in range(1, 101)))
    await traces.thin(Sampling(rate=0.25))
    one = (await stored(traces))[0]
    await traces.add_scores([Score(name="helpful", value=1.0, trace_id=one.trace_id, inclusion=0.5)])
    assert [score.inclusion for score in await traces.scores(one.trace_id)] == [0.125]
