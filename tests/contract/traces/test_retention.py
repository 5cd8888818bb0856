"""How long traces stay, over SQLite and PostgreSQL."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from plimsoll.records import Score, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Keep, Traces, keep_content
from plimsoll.traces.moments import nanoseconds_of
from plimsoll.traces.rows import RowMaker
from plimsoll.traces.tables.deleting import hide_trace
from plimsoll.traces.tables.writing import write_spans

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "What may I return, and for how long? " * 100


def trace_of(number: int, *, spans: int = 1, at: datetime | None = None, **attributes: str) -> list[Span]:
    """Return the spans of a trace that begins so many seconds after the start."""
    begun = int(((at or START + timedelta(seconds=number)) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return [
        Span(
            trace_id=f"{number:032x}",
            span_id=f"{place + 1:016x}",
            parent_id=None if place == 0 else f"{1:016x}",
            name="step",
            start_ns=begun + place,
            end_ns=begun + 1_000_000,
            attributes={"plimsoll.input": TEXT, **named},
        )
        for place in range(spans)
    ]


async def write(store: Store, *traces: list[Span]) -> None:
    capture = Capture(store, SystemClock(), bound=100_000)
    for spans in traces:
        for span in spans:
            assert capture.put(span)
    assert await capture.flush(timeout_seconds=60)
    await capture.close()


async def store_rows(store: Store, spans: Sequence[Span]) -> None:
    """Store spans and fold no long trace."""
    made = RowMaker(keep_content, limit=1_000).make_all(spans)
    await store.write(partial(write_spans, rows=made))


async def left(store: Store) -> list[int]:
    return await store.read(list_numbers)


def list_numbers(connection: Connection) -> list[int]:
    return sorted(int(number, 16) for number in connection.exec_driver_sql("SELECT trace_id FROM traces").scalars())


def count_spans(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM spans").scalar_one())


async def test_marked_traces_stay_longer(store: Store, traces: Traces):
    await write(store, trace_of(1), trace_of(2, plimsoll__dataset="cases"), trace_of(3), trace_of(4))
    await traces.add_scores([Score(name="helpful", value=0.0, trace_id=f"{3:032x}")])
    kept = await traces.prune(Keep(since=START + timedelta(hours=1), marked_since=START + timedelta(seconds=3)))
    assert (kept.traces, kept.spans) == (3, 3)
    assert await left(store) == [3]


async def test_a_trace_that_still_grows_is_not_cut(store: Store, traces: Traces):
    (late,) = trace_of(1, at=START + timedelta(days=1))
    late = msgspec.structs.replace(late, span_id="f" * 16, parent_id=f"{1:016x}")
    await write(store, [*trace_of(1, spans=2), late])
    assert (await traces.prune(Keep(since=START + timedelta(hours=1)))).traces == 0
    assert await store.read(count_spans) == 3


async def test_a_long_trace_goes_as_a_whole_in_several_steps(store: Store, traces: Traces):
    await write(store, trace_of(1, spans=2_500), trace_of(2))
    pruned = await traces.prune(Keep(since=START + timedelta(seconds=2)))
    assert (pruned.traces, pruned.spans) == (1, 2_500)
    assert await left(store) == [2]
    assert await store.read(count_spans) == 1


async def test_spans_of_a_long_trace_that_somebody_hid_and_left_go_with_the_next_pruning(store: Store, traces: Traces):
    await write(store, trace_of(1, spans=2_500), trace_of(2))
    before_ns = nanoseconds_of(START + timedelta(seconds=2))
    assert await store.write(partial(hide_trace, trace_id=f"{1:032x}", before_ns=before_ns))
    assert (await left(store), await store.read(count_spans)) == ([2], 2_501)
    await traces.prune(Keep())
    assert await store.read(count_spans) == 1


async def test_erasing_a_person_deletes_what_is_left_of_a_hidden_trace(store: Store, traces: Traces):
    await write(store, trace_of(1, spans=300, plimsoll__subject="user:ada"))
    before_ns = nanoseconds_of(START + timedelta(seconds=2))
    await store.write(partial(hide_trace, trace_id=f"{1:032x}", before_ns=before_ns))
    await traces.erase("user:ada")
    assert await store.read(count_spans) == 0


async def test_pruned_words_are_not_left_in_the_log_of_sqlite(store: Store, traces: Traces):
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL has no log beside the file")
    await write(store, *(trace_of(number, spans=20) for number in range(1, 51)))
    await traces.prune(Keep(since=START + timedelta(days=1)))
    written, log = read_files(Path(store.url_shown))
    assert b"What may I return" not in written
    assert log == b""


def read_files(file: Path) -> tuple[bytes, bytes]:
    """Return an SQLite file and its log."""
    return file.read_bytes(), file.with_name(f"{file.name}-wal").read_bytes()


async def test_the_oldest_go_until_the_rest_fits(store: Store, traces: Traces):
    await write(store, *(trace_of(number, spans=5) for number in range(1, 201)))
    whole = await traces.prune(Keep())
    pruned = await traces.prune(Keep(most_bytes=whole.bytes_before // 2))
    assert await left(store) == list(range(pruned.traces + 1, 201))
    assert 80 <= pruned.traces <= 130
    assert pruned.bytes_after <= 0.6 * whole.bytes_before
    assert (await traces.prune(Keep(most_bytes=whole.bytes_before // 2))).traces <= 10


@pytest.mark.slow
async def test_by_size_no_more_goes_than_has_to_where_words_take_room_as_well(store: Store, traces: Traces):
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL's size is estimated from spans alone")
    for first in (1, 251):
        await write(store, *(trace_of(number, spans=40) for number in range(first, first + 250)))
    most = (await traces.prune(Keep())).bytes_before // 2
    assert 0.85 * most <= (await traces.prune(Keep(most_bytes=most))).bytes_after <= most


async def test_what_is_under_way_stays_however_large_it_is(store: Store, traces: Traces):
    now = SystemClock().now()
    await write(store, trace_of(1), trace_of(2, at=now))
    await traces.prune(Keep(most_bytes=1))
    assert await left(store) == [2]


async def test_by_size_marked_traces_go_last(store: Store, traces: Traces):
    await write(store, *(trace_of(number, spans=5) for number in range(1, 101)))
    await traces.add_scores([Score(name="helpful", value=1.0, trace_id=f"{1:032x}")])
    size = (await traces.prune(Keep())).bytes_before
    await traces.prune(Keep(most_bytes=int(0.7 * size)))
    assert 1 in await left(store)
    assert 2 not in await left(store)


async def test_figures_stay_when_their_traces_go_and_go_when_they_are_old(store: Store, traces: Traces):
    await write(store, trace_of(1, plimsoll__feature="faq"))
    await traces.prune(Keep(since=START + timedelta(days=1), figures_since=START - timedelta(days=1)))
    assert await store.read(count_figures) > 0
    await traces.prune(Keep(figures_since=START + timedelta(days=2)))
    assert await store.read(count_figures) == 0


def count_figures(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM figures").scalar_one())


async def test_a_trial_counts_and_deletes_nothing(store: Store, traces: Traces):
    await write(store, *(trace_of(number) for number in range(1, 6)))
    keep = Keep(since=START + timedelta(seconds=3), most_bytes=1)
    trial = await traces.prune(keep, is_trial=True)
    assert len(await left(store)) == 5
    assert (trial.traces, trial.spans) == (5, 5)
    assert (await traces.prune(keep)).traces == 5


async def test_whoever_prunes_hears_how_many_steps_went_so_far(store: Store, traces: Traces):
    await write(store, trace_of(1, spans=1_000), *(trace_of(number, spans=5) for number in range(2, 101)))
    heard: list[int] = []
    await traces.prune(Keep(since=START + timedelta(days=1)), told=heard.append)
    assert heard == sorted(heard)
    assert len(heard) > 2
    assert heard[-1] == 1_000 + 99 * 5


async def test_cancelled_pruning_leaves_whole_traces(store: Store, traces: Traces):
    await write(store, *(trace_of(number, spans=20) for number in range(1, 101)))
    pruning = asyncio.create_task(traces.prune(Keep(since=START + timedelta(days=1))))
    while len(await left(store)) == 100:
        assert not pruning.done()
    pruning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pruning
    numbers, spans = await store.read(lambda connection: (list_numbers(connection), count_spans(connection)))
    assert spans == 20 * len(numbers)


async def test_a_file_of_sqlite_shrinks(store: Store, traces: Traces):
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL uses the room again and keeps its files")
    await write(store, *(trace_of(number, spans=20) for number in range(1, 101)))
    whole = (await traces.prune(Keep())).file_bytes
    assert (await traces.prune(Keep(since=START + timedelta(seconds=80)))).file_bytes < 0.4 * whole
