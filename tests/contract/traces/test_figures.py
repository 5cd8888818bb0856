"""What the figures say, over SQLite and PostgreSQL: counts, percentiles, cost and quality over time."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor

from plimsoll.errors import InvalidRequest
from plimsoll.records import Score, Span
from plimsoll.stats import quantile_interval
from plimsoll.store import Store
from plimsoll.traces import FigureFilter, FigureSeries, Traces
from plimsoll.traces.tables.figure_reading import Stretch, read_rows

from contract.traces.test_folding_at_writing import write

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def request_of(number: int, *, at: timedelta, ms: int, **more: str | float) -> Span:
    """Return a request with one root."""
    start = int((START + at).timestamp()) * 10**9
    return Span(
        trace_id=f"{number:032x}",
        span_id=f"{1:016x}",
        name="ask",
        start_ns=start,
        end_ns=start + ms * 10**6,
        attributes={
            "plimsoll.kind": "request",
            "plimsoll.feature": "docs",
            "plimsoll.outcome": "answered",
            **{f"plimsoll.{name}": value for name, value in more.items()},
        },
    )


async def ask(store: Store, **narrowed: object) -> tuple[FigureSeries, ...]:
    where = {"since": START, "until": START + HOUR, "step_seconds": 3_600.0, **narrowed}
    return (await Traces(store).figures(FigureFilter(**where))).series  # pyright: ignore[reportArgumentType]


async def test_a_point_says_how_many_there_were_how_they_ended_and_how_long_they_took(store: Store):
    await write(store, [request_of(n, at=timedelta(minutes=n % 50), ms=n) for n in range(1, 101)], batch=40)
    failed = {"outcome": "failed", "error_class": "limit"}
    await write(store, [request_of(200, at=timedelta(0), ms=5_000, **failed)], batch=40)
    ((point,),) = [series.points for series in await ask(store)]
    assert (point.count, point.errors) == (101, 1)
    assert (point.by_outcome, point.by_error_class) == ({"answered": 100, "failed": 1}, {"limit": 1})
    assert [point.p50_ms, point.p95_ms, point.p99_ms] == [pytest.approx(ms, rel=0.01) for ms in (51, 96, 100)]
    assert (point.cost_usd, point.unpriced, point.quality, point.at) == (0.0, 0, {}, START)


async def test_nothing_seen_is_no_series_and_an_empty_step_has_no_percentile_and_no_cost(store: Store):
    assert await ask(store) == ()
    await write(store, [request_of(1, at=timedelta(minutes=30), ms=7)], batch=1)
    (series,) = await ask(store, step_seconds=1_800.0)
    assert [(point.count, point.p50_ms is None, point.cost_usd) for point in series.points] == [
        *((0, True, None), (1, False, 0.0))
    ]
    assert series.total.count == 1
    assert await ask(store, tenant="other") == ()
    assert await ask(store, is_evaluation=True) == ()


async def test_what_judges_were_asked_is_no_request_but_a_step(store: Store):
    await write(store, [request_of(1, at=timedelta(0), ms=7)], batch=1)
    await write(store, [request_of(2, at=timedelta(0), ms=9, kind="judge")], batch=1)
    counted = [(await ask(store, kind=kind))[0].total.count for kind in ("request", "judge")]
    assert counted == [1, 1]


async def test_an_operation_is_no_request_but_counts_under_its_own_kind(store: Store):
    await write(store, [request_of(1, at=timedelta(0), ms=7)], batch=1)
    await write(store, [request_of(2, at=timedelta(0), ms=9, kind="operation")], batch=1)
    counted = [(await ask(store, kind=kind))[0].total.count for kind in ("request", "operation")]
    assert counted == [1, 1]


async def test_figures_of_all_tenants_are_found_by_the_index(store: Store):
    for number, tenant in enumerate(("local", "acme", "zeta")):
        await write(store, [request_of(number, at=timedelta(0), ms=7, tenant=tenant)], batch=1)
    plans: list[str] = []

    def explain(connection: Connection) -> None:
        def note(_: object, cursor: DBAPICursor, statement: str, parameters: Any, *__: object) -> None:
            if "group_concat" in statement:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend(str(row[-1]) for row in cursor.fetchall())

        event.listen(connection, "before_cursor_execute", note)
        where = FigureFilter(since=START, until=START + HOUR, step_seconds=3_600.0, tenant=None)
        read_rows(connection, where=where, stretches=[Stretch(3_600, 0, 2**31)], step=3_600)

    await store.read(explain)
    assert not [plan for plan in plans if plan.startswith("SCAN figures")]
    assert [(await ask(store, tenant=tenant))[0].total.count for tenant in (None, "acme")] == [3, 1]


async def test_a_step_is_one_row_however_many_features_variants_and_models_it_is_counted_of(store: Store):
    named = [{"feature": f"f{n % 4}", "variant": f"v{n % 3}"} for n in range(60)]
    await write(store, [request_of(n, at=timedelta(0), ms=n + 1, **more) for n, more in enumerate(named)], batch=60)
    where = FigureFilter(since=START, until=START + HOUR, step_seconds=3_600.0)
    stretch = Stretch(3_600, int(START.timestamp()), int((START + HOUR).timestamp()))
    rows = await store.read(partial(read_rows, where=where, stretches=[stretch], step=3_600))
    assert len(rows.counted) == 1
    ((point,),) = [series.points for series in await ask(store)]
    assert (point.count, point.p50_ms) == (60, pytest.approx(30, rel=0.01))


@pytest.mark.parametrize("step", [60.0, 3_600.0, 86_400.0])
async def test_every_step_counts_the_same_whatever_rows_it_is_made_of(store: Store, step: float):
    spans = [request_of(n, at=timedelta(minutes=37 * n), ms=10) for n in range(200)]
    await write(store, spans, batch=100)
    since, until = START + timedelta(minutes=61), START + timedelta(minutes=30 * 60 + 5)
    (series,) = await ask(store, since=since, until=until, step_seconds=step)
    expected = sum(since <= START + timedelta(minutes=37 * n) < until for n in range(200))
    assert series.total.count == sum(point.count for point in series.points) == expected


async def test_figures_are_split_by_variant_with_the_quality_of_each(store: Store):
    spans = [request_of(n, at=timedelta(0), ms=10, variant="ab"[n % 2], inclusion=0.5) for n in range(8)]
    await write(store, spans, batch=3)
    scores = [
        Score(name="good", value=0.0, passed=n < 4, inclusion=0.5 if n < 6 else 1.0, trace_id=spans[n].trace_id)
        for n in range(8)
    ]
    await Traces(store).add_scores([*scores, Score(name="good", value=None, trace_id=spans[0].trace_id)])
    found = {series.key: series.total for series in await ask(store, by="variant")}
    assert [found[key].count for key in "ab"] == [8, 8]
    # Those judged with a chance of a half count twice as much as the one that was surely judged.
    assert [(found["a"].quality["good"].n, found["a"].quality["good"].missing)] == [(4, 1)]
    assert found["a"].quality["good"].rate == pytest.approx(4 / 7)


async def test_steps_of_a_kind_are_counted_by_their_name(store: Store):
    call = {"kind": "model", "cost_usd": 0.5}
    spans = [request_of(1, at=timedelta(0), ms=10), request_of(2, at=timedelta(0), ms=20, **call)]
    await write(store, spans, batch=9)
    (series,) = await ask(store, kind="model", by="model")
    assert (series.key, series.total.count, series.total.cost_usd) == ("ask", 1, 0.5)


@pytest.mark.parametrize(
    "wrong", [{"step_seconds": 90.0}, {"until": START - HOUR}, {"since": START - 365 * 24 * HOUR, "step_seconds": 60.0}]
)
async def test_steps_that_cannot_be_are_refused(store: Store, wrong: dict[str, object]):
    with pytest.raises(InvalidRequest, match=r"whole number of minutes|steps of"):
        await ask(store, **wrong)


async def test_a_point_says_where_its_95th_percentile_lies_and_how_many_were_in_time_when_asked(store: Store):
    await write(store, [request_of(n, at=timedelta(minutes=n % 50), ms=n) for n in range(1, 1_001)], batch=400)
    (series,) = await ask(store, within_ms=900.0, ends=True)
    few = await ask(store, within_ms=900.0, ends=True, step_seconds=60.0)
    (unasked,) = await ask(store)
    exact = quantile_interval([float(n) for n in range(1, 1_001)], 0.95)
    ends = (series.total.p95_low_ms, series.total.p95_high_ms)
    assert ends == (pytest.approx(exact.low, rel=0.011), pytest.approx(exact.high, rel=0.011))
    assert series.total.in_time == pytest.approx(900, abs=10)
    assert {point.p95_high_ms for point in few[0].points} == {None}
    assert (unasked.total.p95_low_ms, unasked.total.p95_high_ms, unasked.total.in_time) == (None, None, None)


async def test_a_score_takes_the_place_of_the_earlier_one_in_the_figures_too(store: Store):
    traces, first = Traces(store), f"{1:032x}"
    await write(store, [request_of(number, at=timedelta(0), ms=10) for number in (1, 2)], batch=2)
    down = Score(name="helpful", value=0.0, passed=False, trace_id=first)
    up = Score(name="helpful", value=1.0, passed=True, reason="now it helps", trace_id=first)
    await traces.add_scores([Score(name="helpful", value=1.0, passed=True, trace_id=f"{2:032x}")])
    for given, expected in ((down, 0.5), (up, 1.0), (up, 1.0), (down, 0.5)):
        await traces.replace_score(given, score_id="ada about the first")
        said = (await ask(store))[0].total.quality["helpful"]
        assert (said.n, said.rate) == (2, expected)
        assert [score.value for score in await traces.scores(first)] == [given.value]
