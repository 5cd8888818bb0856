"""The last run of everything that is done on a schedule: one row a work, written by whoever runs it."""

from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Column, Connection, Integer, String, Table, Text, delete, select

from plimsoll.knowledge.tables.sources import SourceRow, list_sources
from plimsoll.store import STATE, Moment, insert_or_change

Task = Literal["sync", "audit"]
"""What can be done on a schedule: synchronise one source, or audit a corpus."""

SCHEDULES = Table(
    "knowledge_schedules",
    STATE,
    Column("corpus", String(64), primary_key=True),
    Column("task", String(16), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    Column("result", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    info={
        "tenant": "none: a schedule is declared by the project",
        "subject": "none: it says how a run ended, not what was found",
        "retention": "as long as the corpus",
        "erase": "none: there is nothing of a person in it",
    },
)


class ScheduledRun(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of one scheduled work."""

    corpus: str
    """The corpus."""
    task: Task
    """What is done."""
    source: str = ""
    """The source that is synchronised; empty for an audit."""
    began_at: datetime
    """When it began."""
    ended_at: datetime | None = None
    """When it ended; None while it runs, or when it was killed."""
    result: str = ""
    """How it ended: of a synchronisation its result, of an audit `audited`, else the code of an error; empty before."""
    message: str = ""
    """Why, in words; empty after a success."""
    tries: int = 1
    """How often it was begun since one last ended: 0 once it has, more than 1 after one was killed."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the store says of a corpus's schedules and sources at one moment."""

    runs: dict[tuple[Task, str], ScheduledRun]
    """Last runs, by task and source."""
    sources: dict[str, SourceRow]
    """How each source fares, by name."""


def write_run(connection: Connection, run: ScheduledRun) -> None:
    """Write the run in place of the one before it."""
    key = ("corpus", "task", "source")
    replaced = [name for name in ScheduledRun.__struct_fields__ if name not in key]
    insert_or_change(connection, SCHEDULES, [msgspec.structs.asdict(run)], key=key, replace=replaced)


def restore_run(connection: Connection, run: ScheduledRun, *, before: ScheduledRun | None) -> None:
    """Take back that the run was begun."""
    if before is not None:
        write_run(connection, before)
        return
    here = (SCHEDULES.c.corpus == run.corpus, SCHEDULES.c.task == run.task, SCHEDULES.c.source == run.source)
    connection.execute(delete(SCHEDULES).where(*here))


def read_standing(connection: Connection, corpus: str) -> Standing:
    """Return the last run of each scheduled work of the corpus, and how its sources fare."""
    columns = [SCHEDULES.c[name] for name in ScheduledRun.__struct_fields__]
    rows = connection.execute(select(*columns).where(SCHEDULES.c.corpus == corpus)).mappings()
    runs = [ScheduledRun(**row) for row in rows]
    return Standing(runs={(run.task, run.source): run for run in runs}, sources=list_sources(connection, corpus))
