"""Long work that is under way: evaluations, ingestions, synchronisations, with how far each has come.

Whatever process does it (a server, a worker, the command line) writes a small file in the project's folder; whoever
shows progress reads them all. A file whose process is gone counts for nothing. Losing one loses no work.
"""

import contextlib
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Literal

import msgspec

from plimsoll.evals import RunProgress
from plimsoll.knowledge import IngestProgress
from plimsoll.records import Clock, new_id

Kind = Literal["evaluation", "ingestion", "synchronisation"]
_EVERY_SECONDS = 0.5
_LONGEST_SILENCE_SECONDS = 3_600.0
_MOST = 50


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work that is under way."""

    id: str
    """Its id."""
    kind: Kind
    """What is done."""
    name: str
    """To what: a feature or a corpus."""
    began_at: float
    """When it began, in seconds since 1970."""
    done: int = 0
    """How many of its parts (requests, files) are done."""
    total: int | None = None
    """How many there are; None until that is known."""
    note: str = ""
    """What it waits for, in a sentence; empty while it works."""
    process: int
    """The process that does it."""


class Telling:
    """Where one piece of work tells how far it has come. It writes twice a second at most and never fails the work."""

    def __init__(self, file: Path, work: Work, clock: Clock) -> None:
        self._file = file
        self._work = work
        self._clock = clock
        self._told_at = clock.monotonic()
        self._write()

    def tell(self, *, done: int, total: int | None, note: str = "") -> None:
        """Say how far it has come."""
        now = self._clock.monotonic()
        if now - self._told_at < _EVERY_SECONDS and done != total:
            return
        self._told_at = now
        self._work = msgspec.structs.replace(self._work, done=done, total=total, note=note)
        self._write()

    def of_ingestion(self, also: Callable[[IngestProgress], None] | None) -> Callable[[IngestProgress], None]:
        """Return what to tell an ingestion's progress to; whoever else wants it is told as well."""

        def tell(progress: IngestProgress) -> None:
            self.tell(done=progress.done, total=progress.total, note=progress.waiting)
            if also is not None:
                also(progress)

        return tell

    def of_run(self, also: Callable[[RunProgress], None] | None) -> Callable[[RunProgress], None]:
        """Return what to tell an evaluation's progress to; whoever else wants it is told as well."""

        def tell(progress: RunProgress) -> None:
            self.tell(done=progress.done, total=progress.total)
            if also is not None:
                also(progress)

        return tell

    def _write(self) -> None:
        # A disk that is full or read-only must not end the work that progress is about.
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(".part")
            part.write_bytes(msgspec.json.encode(self._work))
            part.replace(self._file)


class WorkBoard:
    """What is under way in a project, over all processes of this machine."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Take the folder that the files lie in; it is made when something begins."""
        self._folder = folder
        self._clock = clock

    @contextlib.contextmanager
    def under_way(self, kind: Kind, name: str) -> Generator[Telling]:
        """Show the work as long as the block runs, however it ends."""
        work_id = new_id(self._clock)
        file = self._folder / f"{work_id}.json"
        began_at = self._clock.now().timestamp()
        work = Work(id=work_id, kind=kind, name=name, began_at=began_at, process=os.getpid())
        try:
            yield Telling(file, work, self._clock)
        finally:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def list(self) -> tuple[Work, ...]:
        """Return what is under way, the oldest first, 50 at most."""
        try:
            files = sorted(self._folder.glob("*.json"))[:_MOST]
        except OSError:
            return ()
        return tuple(work for file in files if (work := self._read(file)) is not None)

    def _read(self, file: Path) -> Work | None:
        try:
            work = msgspec.json.decode(file.read_bytes(), type=Work)
            silence = self._clock.now().timestamp() - file.stat().st_mtime
        except (OSError, msgspec.DecodeError):
            return None
        return work if silence < _LONGEST_SILENCE_SECONDS and _is_alive(work.process) else None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
