"""Bring the rows of long traces up to date in the background. `Capture` calls it after it has written.

A trace of more than 2,000 spans is not folded again for every batch that adds to it, which would take a time that
grows with the square of its length. It is folded when it is due: once it has rested for twenty times as long as its
last folding took, so that settling costs a twentieth of the time at most, however fast a trace grows. Traces that were
stored by a version that kept no figures wait here as well, and are counted in portions.
"""

import time
from functools import partial

from plimsoll.store import Store
from plimsoll.traces.tables.writing import find_unsettled, settle_traces

_LOOKED_AT = 500
_SPANS_AT_ONCE = 5_000
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
        waiting = await self._store.read(partial(find_unsettled, limit=_LOOKED_AT))
        now = time.monotonic()
        self._due = {name: due for name, due in self._due.items() if due > now}
        ready = [(name, length) for name, length in waiting if name not in self._due]
        for some in _in_portions(ready):
            await self._fold(some)
        has_more = len(waiting) == _LOOKED_AT
        self.is_needed = has_more or len(ready) < len(waiting)
        return has_more and bool(ready)

    async def _fold(self, trace_ids: list[str]) -> None:
        begun = time.monotonic()
        await self._store.write(partial(settle_traces, trace_ids=trace_ids))
        ended = time.monotonic()
        rest = max(_SHORTEST_REST_SECONDS, _REST_PER_SECOND * (ended - begun))
        self._due |= dict.fromkeys(trace_ids, ended + rest)


def _in_portions(traces: list[tuple[str, int]]) -> list[list[str]]:
    """Return ids together that have no more than 5,000 spans together; a longer trace stands alone."""
    portions: list[list[str]] = []
    room = 0
    for name, length in traces:
        if length > room:
            portions.append([])
            room = _SPANS_AT_ONCE
        portions[-1].append(name)
        room -= length
    return portions
