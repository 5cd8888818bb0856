"""What a running server does by itself: deletes traces past their time, follows the settings when they change."""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import AsyncGenerator, Coroutine, Generator

from plimsoll.errors import PlimsollError
from plimsoll.project import Project

_HOUR_SECONDS = 3_600.0
_LOOK_SECONDS = 1.0
_LOG = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def kept_tidy(project: Project, *, every_seconds: float = _HOUR_SECONDS) -> AsyncGenerator[None]:
    """Tidy the project at once and then at the interval, until the block ends."""
    async with running(_tidy_always(project, every_seconds)):
        yield


@contextlib.asynccontextmanager
async def kept_current(project: Project, *, every_seconds: float = _LOOK_SECONDS) -> AsyncGenerator[None]:
    """Look at the interval whether the settings have changed, and reload them at once on SIGHUP, until the block ends.

    A changed file is taken when it was the same at two looks.
    """
    told = asyncio.Event()
    async with running(_follow_always(project, told, every_seconds)):
        with _told_by_hangup(told):
            yield


@contextlib.contextmanager
def _told_by_hangup(told: asyncio.Event) -> Generator[None]:
    """Set the event on SIGHUP; only a main thread gets signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGHUP)
    loop.add_signal_handler(signal.SIGHUP, told.set)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, before)


@contextlib.asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Do the work beside the block, and cancel it at its end."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _tidy_always(project: Project, every_seconds: float) -> None:
    while True:
        try:
            await project.tidy()
        except PlimsollError as error:
            _LOG.warning("Old traces were not deleted (%s); it is tried again later.", error.code)
        await asyncio.sleep(every_seconds)


async def _follow_always(project: Project, told: asyncio.Event, every_seconds: float) -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every_seconds):
                await told.wait()
        try:
            if told.is_set():
                told.clear()
                await project.reload()
            else:
                await project.reload_if_changed()
        except Exception as error:  # noqa: BLE001 - the boundary of a job: it goes on looking
            _LOG.error("The settings could not be looked at (%s); it is tried again.", type(error).__name__)
