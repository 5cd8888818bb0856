"""Work that the settings ask for again and again: synchronising sources, auditing corpora.

A running server asks `run_due` every few seconds; commands and pages ask how each schedule fares.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from plimsoll.errors import Overloaded, PlimsollError
from plimsoll.knowledge import (
    GOOD_RESULTS,
    PATHS,
    KeptAudit,
    Schedule,
    ScheduledRun,
    ScheduleState,
    SourceAge,
    describe_age_of,
    describe_schedule,
    hold_schedule,
    last_audit,
    read_standing,
    restore_run,
    write_run,
)
from plimsoll.project.parts import Parts
from plimsoll.project.settings import CorpusSettings, Settings

_BROKEN = "internal"
_LOG = logging.getLogger("plimsoll.schedules")

Audit = Callable[[str], Awaitable[object]]
"""Audits a corpus and keeps the report."""


class ScheduleHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How this process's schedules fare, as of the last look."""

    now: datetime
    """The time."""
    runs: dict[tuple[str, str, str, str], int]
    """Runs of this process that ended, by corpus, task, source and result."""
    states: tuple[ScheduleState, ...]
    """How each schedule fares."""
    ages: tuple[SourceAge, ...]
    """How long ago each source was last synchronised."""
    audits: dict[str, KeptAudit]
    """The last audit of each corpus that was kept, in numbers."""


class Schedules:
    """The schedules of an open project."""

    def __init__(self, parts: Parts, settings: Callable[[], Settings], *, audit: Audit) -> None:
        """Take whom to ask for the settings in force, and what audits a corpus."""
        self._parts = parts
        self._settings = settings
        self._audit = audit
        self._ended: Counter[tuple[str, str, str, str]] = Counter()
        self._audits: dict[str, KeptAudit] = {}
        self._seen: dict[str, tuple[list[ScheduleState], list[SourceAge]]] = {}

    def corpora(self) -> list[str]:
        """Return the corpora that have a schedule or a source whose age is worth a look."""
        known = self._settings().knowledge
        return [name for name, corpus in known.items() if corpus.sources or schedules_of(name, corpus)]

    async def describe(self, corpus: str) -> list[ScheduleState]:
        """Return how each schedule of the corpus fares."""
        declared = self._settings().knowledge[corpus]
        standing = await self._parts.state.read(lambda connection: read_standing(connection, corpus))
        now = self._parts.clock.now()
        states = [describe_schedule(one, standing, now=now) for one in schedules_of(corpus, declared)]
        most = {name: one.max_age for name, one in declared.sources.items()}
        ages = [
            describe_age_of(corpus, name, max_age=most.get(name), row=standing.sources.get(name))
            for name in _source_names(declared)
        ]
        self._seen[corpus] = (states, ages)
        if (last := await last_audit(self._parts.state, corpus)) is not None:
            self._audits[corpus] = last
        return states

    async def describe_all(self) -> list[ScheduleState]:
        """Return how every schedule of the project fares."""
        return [state for corpus in self.corpora() for state in await self.describe(corpus)]

    def health(self) -> ScheduleHealth:
        """Return what was seen at the last look; nothing is read."""
        seen = self._seen.values()
        return ScheduleHealth(
            now=self._parts.clock.now(),
            runs=dict(self._ended),
            states=tuple(state for states, _ in seen for state in states),
            ages=tuple(age for _, ages in seen for age in ages),
            audits=dict(self._audits),
        )

    async def run_due(self, corpus: str) -> list[ScheduledRun]:
        """Do what is due on the corpus, unless another process is at it, and return how it ended.

        What fails is recorded, and tried again when it is due again. Raises StoreUnavailable, after which nothing was
        skipped.
        """
        if not any(state.is_due for state in await self.describe(corpus)):
            return []
        folder = self._parts.corpora.index_folder(corpus)
        with contextlib.suppress(Overloaded):
            async with hold_schedule(self._parts.state, folder, corpus):
                # Asked anew: another process may have done it since.
                due = [state for state in await self.describe(corpus) if state.is_due]
                ended = [await self._run(state) for state in due]
            await self.describe(corpus)
            return ended
        return []

    async def _run(self, state: ScheduleState) -> ScheduledRun:
        """Do one work and record how it ended; what is interrupted counts as never begun."""
        run = self._begin(state)
        await self._parts.state.write(lambda connection: write_run(connection, run))
        try:
            result, message = await self._do(state)
        except (asyncio.CancelledError, Overloaded):
            with contextlib.suppress(PlimsollError):
                await self._parts.state.write(lambda connection: restore_run(connection, run, before=state.last))
            raise
        except PlimsollError as error:
            result, message = error.code, f"{error.message} {error.next_step}".strip()
        except Exception as error:  # noqa: BLE001 - the boundary of a job: it must not end the other schedules
            result, message = _BROKEN, f"Something broke inside Plimsoll: {type(error).__name__}."
        ended = msgspec.structs.replace(run, ended_at=self._parts.clock.now(), result=result, message=message, tries=0)
        await self._parts.state.write(lambda connection: write_run(connection, ended))
        self._ended[(ended.corpus, ended.task, ended.source, ended.result)] += 1
        _log_change(state, ended)
        return ended

    def _begin(self, state: ScheduleState) -> ScheduledRun:
        last = state.last
        return ScheduledRun(
            corpus=state.corpus,
            task=state.task,
            source=state.source,
            began_at=self._parts.clock.now(),
            result=last.result if last else "",
            message=last.message if last else "",
            tries=last.tries + 1 if last else 1,
        )

    async def _do(self, state: ScheduleState) -> tuple[str, str]:
        """Do one work; return its result, and why in words where it is not a good one."""
        if state.task == "audit":
            await self._audit(state.corpus)
            return "audited", ""
        corpus = await self._parts.corpora.get(state.corpus)
        with self._parts.work.under_way("synchronisation", f"{state.corpus}/{state.source}") as told:
            [report] = await corpus.sync((state.source,), progress=told.of_ingestion(None))
        return report.result, report.message


def schedules_of(name: str, corpus: CorpusSettings) -> list[Schedule]:
    """Return what the settings ask for on a schedule: its sources in order, then the audit."""
    every = {source: one.sync_every or corpus.sync_every for source, one in corpus.sources.items()}
    found = [
        Schedule(corpus=name, task="sync", source=source, every=span)
        for source in _source_names(corpus)
        if (span := every.get(source, corpus.sync_every)) is not None
    ]
    if corpus.audit_every is not None:
        found.append(Schedule(corpus=name, task="audit", every=corpus.audit_every))
    return found


def _source_names(corpus: CorpusSettings) -> list[str]:
    return [PATHS, *corpus.sources] if corpus.reads_paths() else list(corpus.sources)


def _log_change(state: ScheduleState, ended: ScheduledRun) -> None:
    """Say that a schedule fails, or does so otherwise than before, or no more; the same failure is said once."""
    before = state.last.result if state.last else ""
    if ended.result == before:
        return
    if ended.result not in GOOD_RESULTS:
        _LOG.error("The scheduled %s failed (%s): %s", state.name, ended.result, ended.message)
    elif state.is_failing:
        _LOG.warning("The scheduled %s works again.", state.name)
