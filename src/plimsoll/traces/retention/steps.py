"""Transactions of some milliseconds with rests between them, so that whoever else writes never waits for long."""

import asyncio
import time
from collections import deque
from statistics import median
from typing import Generic, NamedTuple

from plimsoll.store import Store
from plimsoll.traces.tables.timed import Change, T, Timed

_AIM_SECONDS = 0.008
"""What a step may take: the one writer of an SQLite file waits for it, in PostgreSQL who needs a row that it holds."""
_LEAST_WORK_SECONDS = 0.003
"""CPU time that a step may take all the same: less is mostly beginning and ending it, which no smaller step saves."""
_LONGEST_REST_SECONDS = 0.05
_FOLDED_AFTER_SECONDS = 0.012
"""Work after which SQLite's log is folded in: some megabytes, half of what would make a commit do it."""
_REMEMBERED = 7
_FASTER = 1.5


class Cost(NamedTuple):
    """What a step took."""

    seconds: float
    """How long others waited for it."""
    worked_seconds: float
    """CPU time of the change."""


class Taken(NamedTuple, Generic[T]):
    """A step that was taken."""

    done: T
    """What the change returned."""
    cost: Cost
    """What it took."""


class Pace:
    """How much a step may do, told from what the last ones took.

    Medians count: on a machine with other work one step in several takes ten times as long as the others, and would
    take as long if it did less.
    """

    def __init__(self, first: int, *, fewest: int, most: int = 4_000) -> None:
        self.size = first
        self._fewest, self._most = fewest, most
        self._seconds_each: deque[float] = deque(maxlen=_REMEMBERED)
        self._worked_each: deque[float] = deque(maxlen=_REMEMBERED)

    def note(self, done: int, cost: Cost) -> None:
        """Note what a step took that did so much."""
        if not done:
            return
        self._seconds_each.append(cost.seconds / done)
        self._worked_each.append(max(cost.worked_seconds, 1e-6) / done)
        fitting = _AIM_SECONDS / median(self._seconds_each)
        worthwhile = _LEAST_WORK_SECONDS / median(self._worked_each)
        self.size = max(self._fewest, int(min(max(fitting, worthwhile), _FASTER * self.size, self._most)))


class Steps:
    """Takes one step after the other in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unfolded = 0.0

    async def take(self, change: Change[T]) -> Taken[T]:
        """Run one transaction and leave the writer alone for as long as it took.

        SQLite's log is folded in meanwhile: other writers do not wait for that.
        """
        timed = Timed(change)
        done = await self._store.write(timed)
        taken = Taken(done, Cost(timed.seconds(), timed.worked_seconds))
        begun = time.perf_counter()
        self._unfolded += taken.cost.worked_seconds
        if self._unfolded >= _FOLDED_AFTER_SECONDS:
            self._unfolded = 0.0
            await self._store.fold_beside()
        await asyncio.sleep(min(taken.cost.seconds, _LONGEST_REST_SECONDS) - (time.perf_counter() - begun))
        return taken

    async def empty_log(self, *, tries: int) -> bool:
        """Empty SQLite's log once nobody reads in it, so that deleted words are gone from it as well."""
        for _ in range(tries):
            await self._store.fold_beside()
            if await self._store.empty_log():
                return True
            await asyncio.sleep(_LONGEST_REST_SECONDS)
        return False
