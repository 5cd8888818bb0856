"""What a running server does by itself now and then: delete traces that are past their time."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

from plimsoll.errors import PlimsollError
from plimsoll.project import Project

_HOUR_SECONDS = 3_600.0
_LOG = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def kept_tidy(project: Project, *, every_seconds: float = _HOUR_SECONDS) -> AsyncGenerator[None]:
    """Tidy the project at once and then at the interval, until the block ends."""
    task = asyncio.get_running_loop().create_task(_tidy_always(project, every_seconds))
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
