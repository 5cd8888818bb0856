"""The lease of whoever builds an index: one builder at a time for each folder, on one machine and on several.

On one machine a file lock keeps builders apart. Where the database is a server, a lock of the server is held as well:
its name is that of the folder, so that machines which share the folder wait for each other, and others do not.
Both are given back when their holder dies.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from plimsoll.knowledge.ingestion.lock import LOCK, hold_lock
from plimsoll.records import new_id
from plimsoll.store import Store

_NAME = "name"


@asynccontextmanager
async def hold_lease(store: Store, folder: Path, *, wait_seconds: float, what: str) -> AsyncGenerator[None]:
    """Hold the lease of the folder; wait for another holder, then raise Overloaded saying `what` it does."""
    name = await asyncio.to_thread(lease_name, folder, store)
    async with (
        hold_lock(folder / LOCK, wait_seconds=wait_seconds, what=what),
        store.hold(name, wait_seconds=wait_seconds, what=what),
    ):
        yield


def lease_name(folder: Path, store: Store) -> str:
    """Return the name of the folder's lease, given to it once by whoever comes first."""
    path = folder / _NAME
    if not path.exists():
        proposed = folder / f"{_NAME}.{new_id(store.clock)}"
        proposed.write_bytes(bytes.fromhex(new_id(store.clock)))
        try:
            os.link(proposed, path)
        except FileExistsError:
            pass
        finally:
            proposed.unlink()
    return f"knowledge index {path.read_bytes().hex()}"  # whatever it holds, every machine reads the same
