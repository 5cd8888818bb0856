"""From OpenTelemetry's API to a stored trace, while things break: requests go on, and what is lost is counted."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider

import plimsoll
from plimsoll.records import Span, SystemClock, is_id
from plimsoll.store import Store
from plimsoll.traces import Capture, Traces

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "traces.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{file}", schema="traces", clock=SystemClock(), lock_seconds=0.05)
    yield store
    await store.close()


@asynccontextmanager
async def started(store: Store, *, bound: int = 10_000) -> AsyncGenerator[Capture]:
    capture = Capture(store, SystemClock(), bound=bound, flush_seconds=0.01)
    await capture.start()
    try:
        yield capture
    finally:
        await capture.close(timeout_seconds=5)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not await is_so():
        assert time.monotonic() < deadline, "it did not come about within 10 s"
        await asyncio.sleep(0.01)


def make_requests(capture: Capture, count: int) -> None:
    for _ in range(count):
        with capture.tracer.start_as_current_span("request"):
            capture.tracer.start_span("step").end()


async def test_a_request_becomes_a_trace_by_itself_within_moments(store: Store):
    traces = Traces(store)
    async with started(store) as capture:
        with capture.tracer.start_as_current_span("ask docs") as root:
            root.set_attributes({"plimsoll.feature": "docs", "plimsoll.subject": "user:ada"})
            with capture.tracer.start_as_current_span("retrieve handbook"):
                pass
            root.set_attributes({"plimsoll.outcome": "answered", "plimsoll.output": "Bearer abcdef123456"})
        listed = traces.list

        async def is_whole() -> bool:
            return [each.span_count for each in await listed()] == [2]

        await until(is_whole)
    (summary,) = await traces.list()
    spans = (await traces.get(summary.trace_id)).spans
    assert is_id(summary.trace_id)
    assert (summary.outcome, summary.output_text) == ("answered", "Bearer [secret]")
    assert [span.attributes["plimsoll.subject"] for span in spans] == ["user:ada", "user:ada"]
    assert spans[1].parent_id == spans[0].span_id


async def test_an_exception_in_a_step_is_its_error(store: Store):
    async with started(store) as capture:
        with pytest.raises(RuntimeError), capture.tracer.start_as_current_span("step"):
            raise RuntimeError("the reader broke: sk-abc123abc123abc123")
    (summary,) = await Traces(store).list()
    (span,) = (await Traces(store).get(summary.trace_id)).spans
    assert summary.error == "RuntimeError: the reader broke: [secret]"
    assert [event.name for event in span.events] == ["exception"]
    assert "sk-abc" not in str(span)


async def test_traces_wait_while_the_database_is_locked_and_are_written_once_it_is_free(store: Store, file: Path):
    async with started(store) as capture:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            make_requests(capture, 20)

            async def is_failing() -> bool:
                return "locked by another process" in (capture.health().last_error or "")

            await until(is_failing)
            assert not await capture.flush(timeout_seconds=0.2)
            other.execute("ROLLBACK")

        async def is_written() -> bool:
            return capture.health().pending == 0

        await until(is_written)
        assert capture.health().last_error is None
        assert capture.dropped == 0
    assert len(await Traces(store).list()) == 20


async def test_requests_go_on_over_a_full_disk_and_what_finds_no_room_is_counted(store: Store):
    await store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1").all())
    async with started(store, bound=30) as capture:
        make_requests(capture, 50)
        while await capture.flush(timeout_seconds=0.2) and capture.health().last_error is None:
            make_requests(capture, 50)
        make_requests(capture, 50)
        assert "is full" in (capture.health().last_error or "")
        assert capture.health().pending == 30
        assert capture.dropped >= 70
        await store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 100000").all())
        assert await capture.flush()
        assert capture.health().last_error is None


async def test_closing_over_a_dead_database_ends_in_time_and_counts_the_loss(store: Store):
    capture = Capture(store, SystemClock())
    await capture.start()
    await store.close()
    make_requests(capture, 5)
    begun = time.monotonic()
    await capture.close(timeout_seconds=0.5)
    assert time.monotonic() - begun < 5
    assert capture.dropped == 10
    make_requests(capture, 1)
    assert capture.dropped == 12


async def test_a_span_that_no_table_takes_does_not_hold_up_the_others(store: Store):
    capture = Capture(store, SystemClock())
    make_requests(capture, 10)
    capture.put(Span(trace_id="a" * 32, span_id="b" * 16, name="odd", start_ns=2**70, end_ns=2**70))
    make_requests(capture, 10)
    assert await capture.flush()
    assert capture.dropped == 1
    assert len(await Traces(store).list()) == 20


async def test_spans_that_end_in_threads_all_arrive(store: Store):
    async with started(store) as capture:
        threads = [threading.Thread(target=make_requests, args=(capture, 50)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        assert await capture.flush()
        assert capture.dropped == 0
    assert await store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM spans").scalar()) == 800


async def test_a_cancelled_flush_loses_and_doubles_nothing(store: Store):
    capture = Capture(store, SystemClock(), batch=10)
    make_requests(capture, 200)
    flushing = asyncio.create_task(capture.flush())
    await asyncio.sleep(0.005)
    flushing.cancel()
    await asyncio.gather(flushing, return_exceptions=True)
    assert await capture.flush()
    assert await store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM spans").scalar()) == 400


async def test_a_request_within_the_users_own_telemetry_is_a_root_that_names_its_caller(store: Store):
    theirs = TracerProvider(shutdown_on_exit=False).get_tracer("theirs")
    async with started(store) as capture:
        with theirs.start_as_current_span("their job") as caller:
            with capture.tracer.start_as_current_span("first", context=Context()):
                pass
            with capture.tracer.start_as_current_span("second") as second:
                second.set_attribute("plimsoll.outcome", "answered")
    listed = {each.name: each for each in await Traces(store).list()}
    span_id = trace.format_span_id(caller.get_span_context().span_id)
    spans = (await Traces(store).get(listed["second"].trace_id)).spans
    assert listed["second"].outcome == "answered"
    assert listed["first"].trace_id != listed["second"].trace_id
    assert [span.attributes["plimsoll.caller_span_id"] for span in spans] == [span_id]


DIES = """
import asyncio, os, sys
from plimsoll.records import SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture
async def main():
    clock = SystemClock()
    store = await Store.open(sys.argv[1], schema="traces", clock=clock)
    capture = Capture(store, clock)
    root = capture.tracer.start_span("request", attributes={"plimsoll.feature": "docs"})
    from opentelemetry.trace import set_span_in_context
    capture.tracer.start_span("step", context=set_span_in_context(root)).end()
    await capture.flush()
    os._exit(9)
asyncio.run(main())
"""


def _die_in_the_middle(file: Path) -> int:
    """Run a process whose telemetry is switched off, and which dies before its request ends; return its exit code."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(plimsoll.__file__).parents[1]),
        "OTEL_SDK_DISABLED": "true",
        "OTEL_TRACES_SAMPLER": "always_off",
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "0",
    }
    command = [sys.executable, "-c", DIES, f"sqlite:///{file}"]
    return subprocess.run(command, env=environment, check=False, timeout=60).returncode


@pytest.mark.slow
async def test_a_request_whose_process_died_is_listed_whatever_the_users_telemetry_is_set_to(store: Store, file: Path):
    assert await asyncio.to_thread(_die_in_the_middle, file) == 9
    (summary,) = await Traces(store).list()
    assert (summary.name, summary.outcome, summary.feature) == ("step", None, "docs")


async def test_closing_ends_at_whatever_moment_of_the_writer_it_comes(store: Store):
    longest = 0.0
    for turns in range(60):
        capture = Capture(store, SystemClock())
        await capture.start()
        for _ in range(turns % 6):
            await asyncio.sleep(0)
        began = time.monotonic()
        async with asyncio.timeout(5):
            await capture.close()
        longest = max(longest, time.monotonic() - began)
    # The deadline alone would not tell: what it cancels is expected to be cancelled.
    assert longest < 4
