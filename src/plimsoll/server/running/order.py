"""What a parent tells each of its workers, and what a worker says back. Records only."""

import msgspec

READY = b"r"
"""What a worker says to its parent once it takes requests."""
MUST_CHANGE = 2
"""Exit code: a file of the project must change, so that starting again is of no use."""
MACHINE_FAILED = 4
"""Exit code: the machine, or something the project stands on, failed."""


class WorkerOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is told."""

    number: int
    """Which one it is, from 1; the first also does what needs to be done once."""
    folder: str
    """The project."""
    host: str
    """The address that the listener was opened for."""
    listener: int
    """The file descriptor of the listener."""
    siblings: str
    """The folder in which workers find each other."""
    parent: int
    """The file descriptor of a socket whose other end is the parent's."""
