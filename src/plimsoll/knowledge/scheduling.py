"""When scheduled work on a corpus is due, and who does it: decided from what the store says of the last run.

The project's `Schedules` calls it. Nothing is remembered in a process, so a restart neither skips nor repeats a run.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from plimsoll.knowledge.ingestion.lock import hold_lock
from plimsoll.knowledge.tables.schedules import ScheduledRun, Standing, Task
from plimsoll.knowledge.tables.sources import SourceRow
from plimsoll.store import Store

GOOD_RESULTS = frozenset({"synced", "audited"})
"""Results of runs that did what they were to do."""
SCHEDULE_LOCK = "schedule.lock"
"""The file in a corpus's folder that whoever does its scheduled work holds."""

_MOST_TRIES = 3
_WAIT_SECONDS = 5.0


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is to be done again and again."""

    corpus: str
    """The corpus."""
    task: Task
    """What is done."""
    source: str = ""
    """The source that is synchronised; empty for an audit."""
    every: timedelta
    """From the beginning of one run to the beginning of the next."""


class SourceAge(msgspec.Struct, frozen=True, kw_only=True):
    """How long ago a source was last synchronised, beside how long that may be."""

    corpus: str
    """The corpus."""
    source: str
    """The source."""
    succeeded_at: datetime | None
    """When a synchronisation last succeeded; None: never."""
    max_age: timedelta | None
    """Age from which it is stale; None: never."""
    is_held: bool
    """Whether it waits for a person."""

    def is_stale(self, now: datetime) -> bool:
        """Tell whether it is older than it may be, or has a greatest age and never succeeded."""
        if self.max_age is None:
            return False
        return self.succeeded_at is None or now - self.succeeded_at > self.max_age


class ScheduleState(msgspec.Struct, frozen=True, kw_only=True):
    """How a schedule fares."""

    corpus: str
    """The corpus."""
    task: Task
    """What is done: `sync` or `audit`."""
    source: str
    """The source that is synchronised; empty for an audit."""
    every_seconds: float
    """Time between two runs."""
    due_at: datetime
    """When the next run is due; in the past, where no server has looked since."""
    is_due: bool
    """Whether that is now, or was before."""
    last: ScheduledRun | None
    """Its last run; None before the first."""

    @property
    def is_failing(self) -> bool:
        """Tell whether its last run came to an end and did not do what it was to do."""
        return self.last is not None and self.last.result not in GOOD_RESULTS | {""}

    @property
    def name(self) -> str:
        """Return what is done to what, in words."""
        return f"{self.task} of {self.corpus}/{self.source}" if self.source else f"{self.task} of {self.corpus}"


def describe_schedule(schedule: Schedule, standing: Standing, *, now: datetime) -> ScheduleState:
    """Return how a schedule fares, from what the store says."""
    last = standing.runs.get((schedule.task, schedule.source))
    row = standing.sources.get(schedule.source) if schedule.task == "sync" else None
    due = find_due(schedule.every, last=last, by_hand=_begun_by_hand(row), now=now)
    return ScheduleState(
        corpus=schedule.corpus,
        task=schedule.task,
        source=schedule.source,
        every_seconds=schedule.every.total_seconds(),
        due_at=due,
        is_due=due <= now,
        last=last,
    )


def describe_age_of(corpus: str, source: str, *, max_age: timedelta | None, row: SourceRow | None) -> SourceAge:
    """Return how old what a source said is, from what is known of it."""
    return SourceAge(
        corpus=corpus,
        source=source,
        succeeded_at=row.succeeded_at if row else None,
        max_age=max_age,
        is_held=row is not None and row.result == "held",
    )


def find_due(every: timedelta, *, last: ScheduledRun | None, by_hand: datetime | None, now: datetime) -> datetime:
    """Return when the next run is due, at the earliest now.

    The interval counts from the beginning of the last run, whoever began it and however it ended. A run that did not
    end is due again at once, but after three of them the interval is waited for: it may be what kills its process. A
    beginning that lies further ahead than the interval was written by a clock that was wrong, and does not count.
    """
    begun = [by_hand] if by_hand is not None else []
    if last is not None:
        has_its_turn = last.ended_at is not None or last.tries >= _MOST_TRIES
        if not has_its_turn and (by_hand is None or last.began_at >= by_hand):
            return now
        begun.append(last.began_at)
    possible = [moment for moment in begun if moment <= now + every]
    return max(possible) + every if possible else now


@asynccontextmanager
async def hold_schedule(store: Store, folder: Path, corpus: str) -> AsyncGenerator[None]:
    """Hold the corpus's scheduled work against every other process; raise Overloaded where one holds it.

    What holds is given back by the system or the database when its process dies.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    what = f"doing the scheduled work on {corpus!r}"
    async with (
        hold_lock(folder / SCHEDULE_LOCK, wait_seconds=0, what=what),
        store.hold(f"schedule {corpus}", wait_seconds=_WAIT_SECONDS, what=what),
    ):
        yield


def _begun_by_hand(row: SourceRow | None) -> datetime | None:
    """Return when the source's last synchronisation that came to an end began, scheduled or not."""
    if row is None or row.started_at is None or row.finished_at is None or row.finished_at < row.started_at:
        return None
    return row.started_at
