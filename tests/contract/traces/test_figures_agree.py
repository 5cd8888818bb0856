"""Figures say what counting the stored rows anew says, whatever came in which order, twice, late or at once."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.records import Attribute, Score, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Traces
from plimsoll.traces.settling import Settler

from contract.store.databases import BOTH, database, opened
from contract.traces.recounted import kept_figures, recount
from contract.traces.test_folding_at_writing import shuffled, spans_of, write

pytestmark = pytest.mark.anyio


def _span(trace: int, number: int, *, minute: int, attributes: dict[str, Attribute | None]) -> Span:
    return Span(
        trace_id=f"{trace:032x}",
        span_id=f"{number:016x}",
        parent_id=None if number == 1 else f"{number // 2:016x}",
        name=f"step {number}",
        start_ns=minute * 60 * 10**9 + number,
        end_ns=minute * 60 * 10**9 + number * 10**6,
        error="broke" if number % 3 == 0 else None,
        attributes={name: value for name, value in attributes.items() if value is not None},
    )


_SPAN = st.builds(
    _span,
    trace=st.integers(1, 3),
    number=st.integers(1, 6),
    minute=st.integers(0, 70),
    attributes=st.fixed_dictionaries(
        {
            "plimsoll.kind": st.sampled_from(["request", "model", "retrieval", "judge", "operation"]),
            "plimsoll.feature": st.sampled_from([None, "docs"]),
            "plimsoll.variant": st.sampled_from([None, "a"]),
            "plimsoll.inclusion": st.sampled_from([None, 0.1]),
            "plimsoll.cost_usd": st.none() | st.floats(0, 2),
            "plimsoll.dataset": st.sampled_from([None, None, "cases"]),
            "plimsoll.error_class": st.sampled_from([None, "limit", "model"]),
        }
    ),
)
_SCORE = st.builds(
    Score,
    name=st.sampled_from(["good", "bad"]),
    value=st.none() | st.floats(0, 1),
    passed=st.sampled_from([None, True, False]),
    trace_id=st.sampled_from([f"{number:032x}" for number in range(1, 5)] + [None]),
    inclusion=st.sampled_from([1.0, 0.25]),
)
STEPS = st.lists(st.lists(_SPAN, min_size=1, max_size=6) | st.lists(_SCORE, min_size=1, max_size=3), max_size=8)


async def _play(folder: Path, steps: list[list[Span] | list[Score]]) -> list[object]:
    async with opened(f"sqlite:///{folder}/traces.db", "traces") as store:
        names = ("spans", "traces", "scores", "figures", "score_figures")
        await store.write(lambda c: [c.exec_driver_sql(f"DELETE FROM {name}") for name in names])
        for step in steps:
            spans = [each for each in step if isinstance(each, Span)]
            await write(store, spans, batch=4)
            await Traces(store).add_scores([each for each in step if isinstance(each, Score)])
        return [await store.read(kept_figures), await store.read(recount)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_order_of_spans_repeats_and_scores_is_counted_once(tmp_path: Path, steps: list[list[Span] | list[Score]]):
    kept, counted = asyncio.run(_play(tmp_path, steps))
    assert kept == counted


@pytest.mark.parametrize("kind", BOTH)
async def test_four_that_write_and_judge_the_same_traces_at_once_are_counted_once(kind: str, tmp_path: Path):
    spans = [span for trace in range(1, 21) for span in spans_of(trace, 16)]

    async def work(store: Store, number: int) -> None:
        scores = [Score(name="good", value=number / 4, trace_id=f"{trace:032x}") for trace in range(1, 21)]
        await asyncio.gather(
            write(store, shuffled(spans[number::4], by=number), batch=9),
            *(Traces(store).add_scores([score]) for score in scores),
        )

    with database(kind, tmp_path) as url:
        stores = [await Store.open(url, schema="traces", clock=SystemClock()) for _ in range(4)]
        await asyncio.gather(*(work(store, number) for number, store in enumerate(stores)))
        kept, counted = await stores[0].read(kept_figures), await stores[0].read(recount)
        await asyncio.gather(*(store.close() for store in stores))
    assert kept == counted
    assert len(kept[1]) == 3


@pytest.mark.parametrize("kind", BOTH)
async def test_a_long_trace_is_counted_anew_when_it_is_settled(kind: str, tmp_path: Path):
    spans = spans_of(1, 5_000)
    with database(kind, tmp_path) as url:
        async with opened(url, "traces") as store:
            capture = Capture(store, SystemClock(), batch=700)
            for begin in range(0, 5_000, 2_500):
                assert all(capture.put(span) for span in spans[::-1][begin : begin + 2_500])
                assert await capture.flush(timeout_seconds=60)
            # Whoever settles next, be it another process, has no reason to wait.
            await Settler(store).settle()
            assert await store.read(kept_figures) == await store.read(recount)
