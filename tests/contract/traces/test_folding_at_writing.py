"""The row of a trace is what the fold of its stored spans says, however they were written and by how many at once."""

import asyncio
import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from plimsoll.records import Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Traces
from plimsoll.traces.fold import LIGHT, ROW, LightSpan, TraceRow

from contract.store.databases import BOTH, database, opened
from unit.traces.folded import fold_spans

pytestmark = pytest.mark.anyio
STORED = ", ".join(f'"{name}"' for name in LIGHT)
ROWS = ", ".join(f'"{name}"' for name in ROW)


def spans_of(trace: int, count: int) -> list[Span]:
    """Return a request with model calls below model calls."""
    return [
        Span(
            trace_id=f"{trace:032x}",
            span_id=f"{number:016x}",
            parent_id=None if number == 1 else f"{number // 2:016x}",
            name=f"step {number}",
            start_ns=number,
            end_ns=2 * number + trace,
            attributes={
                "plimsoll.kind": "request" if number == 1 else "model",
                "gen_ai.usage.input_tokens": number,
                "plimsoll.cost_usd": number / 8,
                "plimsoll.feature": "docs",
            },
        )
        for number in range(1, count + 1)
    ]


def shuffled(spans: Sequence[Span], *, by: int) -> list[Span]:
    """Return the spans in an order that has nothing to do with theirs, the same for the same number."""
    return sorted(spans, key=lambda span: zlib.crc32(f"{by} {span.trace_id} {span.span_id}".encode()))


async def write(store: Store, spans: Sequence[Span], *, batch: int) -> None:
    capture = Capture(store, SystemClock(), batch=batch)
    assert all(capture.put(span) for span in spans)
    assert await capture.flush(timeout_seconds=60)
    assert capture.dropped == 0


async def rows(store: Store) -> tuple[dict[str, TraceRow], dict[str, TraceRow]]:
    """Return the rows of all traces, and those that the fold of the stored spans makes."""
    stored = await store.read(lambda c: c.exec_driver_sql(f"SELECT {ROWS} FROM traces").all())
    lights = await store.read(lambda c: c.exec_driver_sql(f"SELECT {STORED} FROM spans").all())
    spans: dict[str, list[LightSpan]] = {}
    for light in lights:
        spans.setdefault(light[0], []).append(LightSpan(*light))
    kept = [msgspec.convert(dict(zip(ROW, row, strict=True)), TraceRow, strict=False) for row in stored]
    return {row.trace_id: row for row in kept}, {name: fold_spans(each) for name, each in spans.items()}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("batch", [1, 7, 1_000])
async def test_what_arrives_in_any_order_in_any_pieces_and_twice_is_folded_alike(kind: str, batch: int, tmp_path: Path):
    spans = [span for trace in range(1, 6) for span in spans_of(trace, 12)]
    spans = shuffled(spans, by=batch)
    with database(kind, tmp_path) as url:
        async with opened(url, "traces") as store:
            await write(store, [*spans, *spans[::3]], batch=batch)
            kept, folded = await rows(store)
            assert kept == folded
            assert {row.span_count for row in kept.values()} == {12}
            assert [(each.input_tokens, each.cost_usd) for each in await Traces(store).list()] == [(57, 57 / 8)] * 5


@pytest.mark.parametrize("kind", BOTH)
async def test_four_that_write_the_same_traces_at_once_lose_nothing(kind: str, tmp_path: Path):
    spans = [span for trace in range(1, 21) for span in spans_of(trace, 16)]
    with database(kind, tmp_path) as url:
        stores = [await Store.open(url, schema="traces", clock=SystemClock()) for _ in range(4)]
        parts = [shuffled(spans[number::4], by=number) for number in range(4)]
        await asyncio.gather(*(write(store, part, batch=9) for store, part in zip(stores, parts, strict=True)))
        kept, folded = await rows(stores[0])
        await asyncio.gather(*(store.close() for store in stores))
    assert kept == folded
    assert [row.span_count for row in kept.values()] == [16] * 20


@pytest.mark.parametrize("kind", BOTH)
async def test_a_long_trace_is_settled_after_its_spans_came_in_many_batches(kind: str, tmp_path: Path):
    spans = spans_of(1, 5_000)
    with database(kind, tmp_path) as url:
        async with opened(url, "traces") as store:
            await write(store, spans[::-1], batch=500)
            kept, folded = await rows(store)
            assert kept == folded


@pytest.mark.parametrize("kind", BOTH)
async def test_a_span_that_names_another_tenants_trace_is_refused_and_counted(kind: str, tmp_path: Path):
    theirs = Span(trace_id=f"{1:032x}", span_id="f" * 16, name="mine now", start_ns=0, end_ns=1)
    stranger = msgspec.structs.replace(theirs, attributes={"plimsoll.tenant": "mallory"})
    with database(kind, tmp_path) as url:
        async with opened(url, "traces") as store:
            await write(store, spans_of(1, 3), batch=10)
            capture = Capture(store, SystemClock())
            capture.put(stranger)
            assert await capture.flush()
            assert capture.dropped == 1
            (summary,) = await Traces(store).list()
            assert (summary.name, summary.tenant, summary.span_count) == ("step 1", "local", 3)
