"""What a database's error means to whoever runs the machine: one sentence naming the file, and what to do next.

`Store` asks for every error that leaves a transaction. An error that speaks of the statement and not of the machine
(a duplicate key, say) is none of this file's.
"""

import errno
import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from plimsoll.errors import DiskFull, OperatorError, StoreUnavailable
from plimsoll.store.address import Address


@dataclass(frozen=True)
class _Fault:
    kind: type[OperatorError]
    what: str
    next_step: str


_LOCKED = _Fault(
    StoreUnavailable,
    "The database {place} is locked by another process, which did not let go in time; nothing was changed.",
    "Close the other process (on Linux, `fuser {place}` names it) or try again.",
)
_READ_ONLY = _Fault(
    StoreUnavailable,
    "The database {place} cannot be written: the file, its folder or its disk is read-only; nothing was changed.",
    "Give this user the right to write the file and its folder: `ls -ld {place}` shows who has it.",
)
_CANNOT_OPEN = _Fault(
    StoreUnavailable,
    "The database {place} cannot be opened: this user may not read or write the file or its folder.",
    "Give this user the right to write the file and its folder: `ls -ld {place}` shows who has it.",
)
_FULL = _Fault(
    DiskFull,
    "The disk under {place} is full; the change was taken back and nothing else was lost.",
    "Free some room (`df -h` shows how full the disks are) and try again.",
)
_DAMAGED = _Fault(
    StoreUnavailable,
    "The file {place} is damaged, or is no SQLite database; it was left as it is.",
    "Move it aside (`mv {place} {place}.damaged`) and put a backup in its place, or start anew without it.",
)
_BROKEN_DISK = _Fault(
    StoreUnavailable,
    "The disk under {place} failed while the database was read or written.",
    "Look for disk errors (`dmesg`), then try again.",
)
_UNREACHABLE = _Fault(
    StoreUnavailable,
    "PostgreSQL at {place} cannot be reached: {reason}.",
    "Check that the server runs and that the URL, the user and the password are right.",
)
_TOO_SLOW = _Fault(
    StoreUnavailable,
    "PostgreSQL at {place} did not finish a statement in time; it was taken back.",
    "Try again; if it stays so, look for long transactions in pg_stat_activity.",
)
_POOL_BUSY = _Fault(
    StoreUnavailable,
    "All connections to {place} are busy.",
    "Try again; if it stays so, run fewer requests at once.",
)
_FORBIDDEN = _Fault(
    StoreUnavailable,
    "PostgreSQL at {place} does not let this user do that: {reason}.",
    "Grant the user the right to create and change tables in its schema.",
)

_SQLITE: tuple[tuple[str, _Fault], ...] = (
    ("SQLITE_BUSY", _LOCKED),
    ("SQLITE_LOCKED", _LOCKED),
    ("SQLITE_READONLY", _READ_ONLY),
    ("SQLITE_PERM", _CANNOT_OPEN),
    ("SQLITE_CANTOPEN", _CANNOT_OPEN),
    ("SQLITE_FULL", _FULL),
    ("SQLITE_CORRUPT", _DAMAGED),
    ("SQLITE_NOTADB", _DAMAGED),
    ("SQLITE_IOERR_SHMSIZE", _FULL),  # the file that SQLite maps into memory could not grow
    ("SQLITE_IOERR", _BROKEN_DISK),
)

# Classes and codes of SQLSTATE: PostgreSQL documentation, appendix A.
_POSTGRES: tuple[tuple[str, _Fault], ...] = (
    ("53100", _FULL),
    ("25006", _READ_ONLY),
    ("55P03", _LOCKED),
    ("40", _LOCKED),
    ("57014", _TOO_SLOW),
    ("42501", _FORBIDDEN),
    ("08", _UNREACHABLE),
    ("28", _UNREACHABLE),
    ("3D", _UNREACHABLE),
    ("53", _UNREACHABLE),
    ("57P", _UNREACHABLE),
    ("58", _BROKEN_DISK),
    ("XX", _BROKEN_DISK),
)


def explain(error: SQLAlchemyError | sqlite3.Error, address: Address) -> OperatorError | None:
    """Return the error as its operator should read it, or None when it is about the statement, not the machine."""
    fault = _fault_of(error, address)
    if fault is None:
        return None
    reason = _first_line(error)
    place = str(address.file) if address.is_sqlite else address.shown
    return fault.kind(
        fault.what.format(place=repr(place), reason=reason),
        next_step=fault.next_step.format(place=place),
    )


def explain_file_error(error: OSError, what: str) -> OperatorError:
    """Return a failed file operation as its operator should read it; `what` names the file or folder."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"The disk under {what!r} is full; nothing was changed.",
            next_step="Free some room (`df -h` shows how full the disks are) and try again.",
        )
    reason = (error.strerror or type(error).__name__).lower()
    return StoreUnavailable(
        f"{what!r} cannot be read or written: {reason}.",
        next_step=f"Give this user the right to read and write it: `ls -ld {what}` shows who has it.",
    )


def _fault_of(error: SQLAlchemyError | sqlite3.Error, address: Address) -> _Fault | None:
    if isinstance(error, PoolTimeout):
        return _POOL_BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _by_prefix(_SQLITE, getattr(cause, "sqlite_errorname", ""))
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _by_prefix(_POSTGRES, state)
    is_lost = isinstance(error, DBAPIError) and (error.connection_invalidated or error.statement is None)
    return _UNREACHABLE if is_lost and not address.is_sqlite else None


def _by_prefix(table: tuple[tuple[str, _Fault], ...], code: str) -> _Fault | None:
    return next((fault for prefix, fault in table if code.startswith(prefix)), None)


def _first_line(error: SQLAlchemyError | sqlite3.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or ["no reason was given"])[0].rstrip(".")
