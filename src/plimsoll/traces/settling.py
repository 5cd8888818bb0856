"""Bring the rows of long traces up to date in the background. `Capture` calls it after it has written.

A trace of more than 2,000 spans is not folded again for every batch that adds to it, which would take a time that
grows with the square of its length. It is folded when it is due: once it has rested for twenty times as long as its
last folding took, so that settling costs a twentieth of the time at most, however fast a trace grows.
"""

import time
from functools import partial

from plimsoll.store import Store
from plimsoll.traces.tables.writing import find_unsettled, settle_trace

_AT_ONCE = 100
_SHORTEST_REST_SECONDS = 2.0
_REST_PER_SECOND = 20.0


class Settler:
    """Knows which long traces wait to be folded, and when each may be."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: dict[str, float] = {}
        self.is_needed = True
        """Whether a trace may wait; at first, because a process may have died before it settled its last ones."""

    async def settle(self, *, at_once: bool = False) -> None:
        """Fold the traces that wait and are due; all that wait where `at_once`. Raises what the store raises."""
        if not self.is_needed:
            return
        waiting = await self._store.read(partial(find_unsettled, limit=_AT_ONCE))
        now = time.monotonic()
        self._due = {name: due for name, due in self._due.items() if due > now}
        for trace_id in waiting:
            if at_once or trace_id not in self._due:
                await self._fold(trace_id)
        self.is_needed = len(waiting) == _AT_ONCE or (not at_once and any(name in self._due for name in waiting))

    async def _fold(self, trace_id: str) -> None:
        begun = time.monotonic()
        await self._store.write(partial(settle_trace, trace_id=trace_id))
        ended = time.monotonic()
        self._due[trace_id] = ended + max(_SHORTEST_REST_SECONDS, _REST_PER_SECOND * (ended - begun))
