"""CPU a span that storing costs after it was received: redact, make a row, insert, fold, count. On SQLite.

    python benchmarks/traces_kit/writing.py [--json] [--batches 40] [--in-trace 1]

The spans are those of the comparison: 512 chat spans a batch, 20 attributes and 2 KB of messages each. Run it alone on
a quiet machine: it counts the CPU of this process, the kernel's part included.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from functools import partial

from payload import BATCH, make_batches

from plimsoll.records import Span, SystemClock
from plimsoll.store import Store
from plimsoll.text import Redactor
from plimsoll.traces import CONTENT_LIMIT, Capture, Form, read_export
from plimsoll.traces.rows import RowMaker
from plimsoll.traces.tables.writing import write_spans

TARGET_US = 50.0


def spans_of(batches: int, *, in_trace: int) -> list[list[Span]]:
    """Return received batches."""
    bodies = make_batches(batches * BATCH, in_trace=in_trace)
    return [list(read_export(body, form=Form.PROTOBUF, is_gzip=True, tenant="local").spans) for body in bodies]


async def measure(batches: list[list[Span]], folder: str) -> dict[str, float]:
    """Return microseconds of CPU a span for each part, and for all of it through `Capture.put_all`."""
    spans = sum(map(len, batches))
    make = RowMaker(Redactor(), limit=CONTENT_LIMIT).make_all
    began = time.process_time()
    rows = [make(batch) for batch in batches]
    made = time.process_time()
    store = await Store.open(f"sqlite:///{folder}/parts.db", schema="traces", clock=SystemClock())
    opened = time.process_time()
    for each in rows:
        await store.write(partial(write_spans, rows=each))
    written = time.process_time()
    await store.close()
    del rows
    store = await Store.open(f"sqlite:///{folder}/whole.db", schema="traces", clock=SystemClock())
    capture = Capture(store, SystemClock())
    before = time.process_time()
    for batch in batches:
        await capture.put_all(batch)
    after = time.process_time()
    await capture.close()
    await store.close()
    parts = {"row_us": made - began, "write_us": written - opened, "all_us": after - before}
    return {name: seconds / spans * 1e6 for name, seconds in parts.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--in-trace", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    batches = spans_of(asked.batches, in_trace=asked.in_trace)
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(batches, folder))
    figures |= {"target_us": TARGET_US, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if asked.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:12} {value:6.1f}")


if __name__ == "__main__":
    main()
