"""Bring the rows of long traces up to date in the background. `Capture` calls it after it has written.

A trace of more than 2,000 spans is not folded again for every batch that adds to it, which would take a time that
grows with the square of its length. It is folded when it is due: once it has rested for twenty times as long as its
last folding took, so that settling costs a twentieth of the time at most, however fast a trace grows. Traces that were
stored by a version that kept no figures wait here as well, and are counted in portions.

No fold holds up who writes: a long trace is read in portions and folded outside the transaction that puts its row.
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from plimsoll.store import Store
from plimsoll.traces.fold import LightSpan
from plimsoll.traces.tables.settling import fold_long, look_at_unsettled, put_folded, read_portion
from plimsoll.traces.tables.writing import find_unsettled, settle_traces

_LOOKED_AT = 500
_SPANS_AT_ONCE = 2_000
_SHORTEST_REST_SECONDS = 2.0
_REST_PER_SECOND = 20.0


class Settler:
    """Knows which traces wait to be folded, and when each may be."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: dict[str, float] = {}
        self.is_needed = True
        """Whether a trace may wait; at first, because a process may have died before it settled its last ones."""

    async def settle(self) -> bool:
        """Fold traces that wait and are due; return whether more are due now.

        Raises what the store raises.
        """
        if not self.is_needed:
            return False
        # Whoever writes meanwhile says so again.
        self.is_needed = False
        try:
            waiting = await self._store.read(partial(find_unsettled, limit=_LOOKED_AT))
            return await self._settle_due(waiting)
        except BaseException:
            self.is_needed = True
            raise

    async def _settle_due(self, waiting: Sequence[tuple[str, int]]) -> bool:
        now = time.monotonic()
        self._due = {name: due for name, due in self._due.items() if due > now}
        ready = [(name, length) for name, length in waiting if name not in self._due]
        for some in _in_portions([(name, length) for name, length in ready if length <= _SPANS_AT_ONCE]):
            await self._store.write(partial(settle_traces, trace_ids=some))
        for name, length in ready:
            if length > _SPANS_AT_ONCE:
                await self._fold_long(name)
        has_more = len(waiting) == _LOOKED_AT
        self.is_needed |= has_more or len(ready) < len(waiting)
        return has_more and bool(ready)

    async def _fold_long(self, trace_id: str) -> None:
        begun = time.monotonic()
        seen = await self._store.read(partial(look_at_unsettled, trace_id=trace_id))
        spans = [] if seen is None else await self._read_all(trace_id)
        if seen is not None and spans:
            folded = await asyncio.to_thread(fold_long, spans)
            await self._store.write(partial(put_folded, folded=folded, seen=seen))
        ended = time.monotonic()
        self._due[trace_id] = ended + max(_SHORTEST_REST_SECONDS, _REST_PER_SECOND * (ended - begun))

    async def _read_all(self, trace_id: str) -> list[LightSpan]:
        """Return the spans of a trace, each once, by beginning. What arrives in between waits for the next fold."""
        spans: dict[str, LightSpan] = {}
        after = (-1, "")
        while some := await self._store.read(
            partial(read_portion, trace_id=trace_id, after=after, limit=_SPANS_AT_ONCE)
        ):
            for span in some:
                spans.setdefault(span.span_id, span)
            after = (some[-1].start_ns, some[-1].span_id)
        return list(spans.values())


def _in_portions(traces: list[tuple[str, int]]) -> list[list[str]]:
    """Return ids together that have no more than 2,000 spans together."""
    portions: list[list[str]] = []
    room = 0
    for name, length in traces:
        if length > room:
            portions.append([])
            room = _SPANS_AT_ONCE
        portions[-1].append(name)
        room -= length
    return portions
