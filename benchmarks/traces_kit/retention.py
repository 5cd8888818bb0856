"""How long writes wait while half a million spans are pruned: one trace is written after the other meanwhile.

Run `benchmarks/traces_kit/retention.py [--spans N] [--postgres URL] [--json]`. So many spans of 2 KB, in traces of
five, are written and then pruned, a fifth as many stay. SQLite lies in a temporary folder; a PostgreSQL database must
be empty.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

import msgspec

from plimsoll.records import Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Keep, Traces

_SPANS = 500_000
_PER_TRACE = 5
_BATCH = 5_000
_TEXT = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "How long may I return an item? " * 60}]}])


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """What writing felt while spans were pruned."""

    database: str
    pruned_spans: int
    seconds: float
    """How long pruning took."""
    writes: int
    median_ms: float
    p99_ms: float
    longest_ms: float
    longest_ms_alone: float
    """The longest in ten seconds before pruning."""
    longest_ms_beside: float
    """The longest of writes to another SQLite file, in which nothing is pruned, at the same moments."""
    ratio: float
    """The longest wait by the longest beside it: the disk and the cores are shared with whatever else runs."""
    cpu_seconds: float
    """CPU time of pruning and of both writers."""
    spans_per_second: float
    """Pruned spans by the time that pruning took, with giving the room back to the disk."""
    bytes_before: int
    bytes_after: int
    file_bytes: int


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=_SPANS)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    waits = measure_retention(given.spans, url=given.postgres)
    print(msgspec.json.encode(waits).decode() if given.json else waits)
    return 0


def measure_retention(spans: int = _SPANS, *, url: str = "") -> Waits:
    """Measure in a new SQLite file, or in the empty database of this URL."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure_waits(url or f"sqlite:///{folder}/traces.db", spans=spans))


async def measure_waits(url: str, *, spans: int = _SPANS) -> Waits:
    """Fill the database, prune the older spans while traces are written, and return how long those waited."""
    clock = SystemClock()
    middle = datetime(2026, 1, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(url, schema="traces", clock=clock)
        beside = await Store.open(f"sqlite:///{folder}/beside.db", schema="traces", clock=clock)
        await _fill(store, clock, spans=spans, middle=middle)
        alone = await _write_until(store, clock, asyncio.create_task(asyncio.sleep(10.0)))
        begun, cpu = time.perf_counter(), time.process_time()
        pruning = asyncio.create_task(Traces(store).prune(Keep(since=middle)))
        waits, others = await asyncio.gather(_write_until(store, clock, pruning), _write_until(beside, clock, pruning))
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        pruned = await pruning
        await store.close()
        await beside.close()
    waits.sort()
    return Waits(
        database=store.dialect,
        pruned_spans=pruned.spans,
        seconds=round(seconds, 1),
        writes=len(waits),
        median_ms=round(1000 * waits[len(waits) // 2], 2),
        p99_ms=round(1000 * waits[int(0.99 * len(waits))], 2),
        longest_ms=round(1000 * waits[-1], 2),
        longest_ms_alone=round(1000 * max(alone), 2),
        longest_ms_beside=round(1000 * max(others), 2),
        ratio=round(waits[-1] / max(others), 2),
        cpu_seconds=round(cpu, 1),
        spans_per_second=round(pruned.spans / seconds),
        bytes_before=pruned.bytes_before,
        bytes_after=pruned.bytes_after,
        file_bytes=pruned.file_bytes,
    )


async def _fill(store: Store, clock: SystemClock, *, spans: int, middle: datetime) -> None:
    capture = Capture(store, clock, bound=2 * _BATCH, batch=_BATCH)
    first = int((middle - timedelta(hours=1)).timestamp() * 1e9)
    step = 3_600_000_000_000 // (spans // _PER_TRACE)
    for number in range(spans * 6 // 5 // _PER_TRACE):
        for one in _trace(number, first + number * step):
            capture.put(one)
        if number % (_BATCH // _PER_TRACE) == 0:
            await capture.flush(timeout_seconds=60)
    await capture.close(timeout_seconds=60)


def _trace(number: int, start_ns: int) -> list[Span]:
    return [
        Span(
            trace_id=f"{number:032x}",
            span_id=f"{place + 1:016x}",
            parent_id=None if place == 0 else f"{1:016x}",
            name="chat fast",
            start_ns=start_ns + place,
            end_ns=start_ns + 1_000_000,
            attributes={"plimsoll.kind": "model" if place else "request", "plimsoll.input": _TEXT},
        )
        for place in range(_PER_TRACE)
    ]


async def _write_until(store: Store, clock: SystemClock, other: "asyncio.Task[object]") -> list[float]:
    """Write a trace of five spans every 20 ms until the other is done; return how long each took, in seconds."""
    capture = Capture(store, clock)
    waits: list[float] = []
    number = 1 << 100
    while not other.done():
        number += 1
        for one in _trace(number + id(waits), int(clock.now().timestamp() * 1e9)):
            capture.put(one)
        begun = time.perf_counter()
        await capture.flush(timeout_seconds=60)
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.02)
    return waits


if __name__ == "__main__":
    sys.exit(main())
