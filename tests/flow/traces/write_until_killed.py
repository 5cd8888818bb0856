"""Writes spans and scores of traces in pieces, and kills itself at a counted statement or commit; 0 for none.

Run with the database's URL and the number. What it sends is the same in every run, so that another run sends it again.
"""

import asyncio
import os
import signal
import sys
import zlib

from sqlalchemy import Engine, event

from plimsoll.records import Score, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Traces

TRACES, SPANS, PIECE = 12, 9, 11


def make_spans() -> list[Span]:
    """Return the spans of all traces, mixed."""
    spans = [
        Span(
            trace_id=f"{trace:032x}",
            span_id=f"{number:016x}",
            parent_id=None if number == 1 else f"{number // 2:016x}",
            name=f"step {number}",
            start_ns=trace * 10**10 + number,
            end_ns=trace * 10**10 + number * 10**6,
            attributes={"plimsoll.kind": "request" if number == 1 else "model", "plimsoll.cost_usd": number / 8},
        )
        for trace in range(1, TRACES + 1)
        for number in range(1, SPANS + 1)
    ]
    return sorted(spans, key=lambda span: zlib.crc32(f"{span.trace_id}{span.span_id}".encode()))


class Steps:
    """Counts, and dies at the last one."""

    def __init__(self, last: int) -> None:
        self._left = last

    def listen(self) -> None:
        """Count from now on."""
        event.listen(Engine, "before_cursor_execute", self._take)
        event.listen(Engine, "commit", self._take)

    def _take(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, *, last: int) -> None:
    """Write everything."""
    store = await Store.open(url, schema="traces", clock=SystemClock())
    capture = Capture(store, SystemClock())
    Steps(last).listen()
    spans = make_spans()
    for begin in range(0, len(spans), PIECE):
        await capture.put_all(spans[begin : begin + PIECE])
        about = f"{begin % TRACES + 1:032x}"
        await Traces(store).add_scores([Score(name="good", value=1.0, passed=begin % 2 == 0, trace_id=about)])
    await capture.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], last=int(sys.argv[2])))
