"""A lock that one process of this machine holds; the system gives it back when the process ends.

`Store.claim` takes it where the database is a file.
"""

import fcntl
import os
from pathlib import Path

from plimsoll.store.lock import Lock


class FileLock(Lock):
    """A file that is locked while it is there; the last holder removes it. Nothing here waits for another holder."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._descriptor: int | None = None

    def _take(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, its last holder may have removed the file.
            is_held = self._path.exists() and os.path.samestat(os.fstat(descriptor), self._path.stat())
        except (BlockingIOError, FileNotFoundError):
            is_held = False
        if is_held:
            self._descriptor = descriptor
        else:
            os.close(descriptor)
        return is_held

    def _let_go(self) -> None:
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None
