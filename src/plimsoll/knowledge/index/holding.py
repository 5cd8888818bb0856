"""Says which snapshots are in use: whoever writes or maps one holds a shared lock on a file within it.

The system gives the lock back when its holder dies. `publish_snapshot` removes only what nobody holds, so that no file
vanishes from under a reader, also where the folder is shared by machines and a removed file cannot be read on.
"""

import fcntl
import os
import shutil
import weakref
from pathlib import Path

_FILE = "in-use"


class Hold:
    """A hold on a snapshot's folder; it lasts until `let_go`, or until nobody refers to it any more."""

    def __init__(self, folder: Path) -> None:
        """Take hold. Raises OSError where the folder is gone, or is being removed."""
        path = folder / _FILE
        descriptor = os.open(path, os.O_RDONLY)
        self.let_go = weakref.finalize(self, os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # Between opening and locking, the file may have been removed.
        if not os.path.samestat(os.fstat(descriptor), path.stat()):
            raise FileNotFoundError(path)


def make_holdable(folder: Path) -> None:
    """Let the folder be held."""
    (folder / _FILE).touch()


def is_held(folder: Path) -> bool:
    """Tell whether somebody writes or maps the folder's snapshot."""
    try:
        with (folder / _FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (FileNotFoundError, NotADirectoryError):
        pass
    return False


def remove_unheld(folder: Path) -> bool:
    """Remove the folder unless it is held; tell whether it is gone."""
    try:
        with (folder / _FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)  # its writer was killed before it could be held
    return True
