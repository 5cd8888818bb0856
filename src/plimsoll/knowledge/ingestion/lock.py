"""One writer at a time for a corpus's files: a lock that the system gives back when its holder dies.

`Corpus` takes it while ingesting and while building an index. It does not reach beyond this machine; there the
table's own transactions keep writers apart.
"""

import asyncio
import fcntl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from plimsoll.errors import Overloaded

LOCK = "lock"
"""The file in a corpus's folder that whoever writes holds."""
_PAUSE_SECONDS = 0.05


@asynccontextmanager
async def hold_lock(path: Path, *, wait_seconds: float, what: str) -> AsyncGenerator[None]:
    """Hold the lock; wait for another holder up to `wait_seconds`, then raise Overloaded saying `what` it does."""
    with path.open("wb") as file:
        try:
            async with asyncio.timeout(wait_seconds):
                while not _try_lock(file):  # noqa: ASYNC110  (the holder is another process, which sets no event of ours)
                    await asyncio.sleep(_PAUSE_SECONDS)
        except TimeoutError as error:
            raise Overloaded(
                f"Another process is {what} and did not end within {wait_seconds:g} s.",
                next_step="Try again when it ends.",
            ) from error
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
