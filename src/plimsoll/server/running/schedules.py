"""Keeps a running server on the schedules that the settings ask for: sources synchronised, corpora audited.

One process of each machine looks; among machines, whoever comes first does what is due. What runs stands in the
project's `Schedules`; models, files and parsers work in threads and processes of their own.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

from plimsoll.errors import PlimsollError
from plimsoll.project import Project
from plimsoll.server.running.upkeep import running

_LOOK_SECONDS = 5.0
_AT_ONCE = 2
_LOG = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def kept_on_schedule(project: Project, *, every_seconds: float = _LOOK_SECONDS) -> AsyncGenerator[None]:
    """Look at the interval for what is due and do it, two corpora at once at most, until the block ends.

    What is under way then is interrupted and stays due: a synchronisation resumes where it was.
    """
    async with running(_look_always(project, every_seconds)):
        yield


async def _look_always(project: Project, every_seconds: float) -> None:
    """Look after each corpus by itself, so that one whose source hangs keeps no other from its turn."""
    turn = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as tasks:
        looked_after: set[str] = set()
        while True:
            # A schedule may come with a reload.
            for corpus in set(project.schedules.corpora()) - looked_after:
                looked_after.add(corpus)
                tasks.create_task(_look_after(project, corpus, turn=turn, every_seconds=every_seconds))
            await asyncio.sleep(every_seconds)


async def _look_after(project: Project, corpus: str, *, turn: asyncio.Semaphore, every_seconds: float) -> None:
    said = ""
    while True:
        try:
            async with turn:
                await project.schedules.run_due(corpus)
            said = ""
        except Exception as error:  # noqa: BLE001 - the boundary of a job: it goes on looking
            why = error.code if isinstance(error, PlimsollError) else type(error).__name__
            if why != said:
                _LOG.error("The schedules of %r could not be looked at (%s); it is tried again.", corpus, why)
            said = why
        await asyncio.sleep(every_seconds)
