"""Processes under measurement: started on one core, with what they print in a file, ended with all their children.

Used by the targets. Nothing here knows what a gateway is.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

CORES = sorted(os.sched_getaffinity(0))
GATEWAY_CORE = CORES[0]
"""The gateway under measurement runs here."""
LOAD_CORE = CORES[-1]
"""The upstream and the load run here."""
START_SECONDS = 90.0
"""A process that is not ready by then counts as not startable."""
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05
_MEGABYTE = 1_000_000
_TAIL = 1500


class NotStarted(RuntimeError):
    """A target could not be started; says why."""


class Running(msgspec.Struct, frozen=True):
    """A started process, its children included."""

    pid: int
    log: Path
    """What it printed."""

    def tree(self) -> list[psutil.Process]:
        """Return the process and its children; empty once it has ended."""
        try:
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def cpu_seconds(self) -> float:
        """Return the CPU time so far, user and system, of the whole tree and of children that ended."""
        times = [process.cpu_times() for process in self.tree()]
        return sum(one.user + one.system + one.children_user + one.children_system for one in times)

    def resident_megabytes(self) -> float:
        """Return the resident memory of the whole tree."""
        return sum(process.memory_info().rss for process in self.tree()) / _MEGABYTE

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return any(process.status() != psutil.STATUS_ZOMBIE for process in self.tree()[:1])

    def tail(self) -> str:
        """Return the end of what it printed."""
        return self.log.read_text(errors="replace")[-_TAIL:]

    def wait_for(self, pattern: str) -> str:
        """Wait until it prints the pattern; return the first group. Raises NotStarted."""
        return _until(self, lambda: _found(pattern, self.log))

    def wait_for_port(self, port: int) -> None:
        """Wait until it accepts connections. Raises NotStarted."""
        _until(self, lambda: "open" if _is_open(port) else "")


@contextmanager
def started(
    command: Sequence[str], *, core: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Generator[Running]:
    """Start the command on one core, in the folder; end it and its children on leaving.

    Raises:
        NotStarted: the command is not there.
    """
    log = folder / "printed.log"
    variables = {**os.environ, **(environment or {})}
    with log.open("wb") as file, _pinned_to(core):
        try:
            process = subprocess.Popen(command, cwd=folder, env=variables, stdout=file, stderr=subprocess.STDOUT)
        except FileNotFoundError as missing:
            raise NotStarted(f"{missing.filename!r} is not installed") from missing
        running = Running(process.pid, log)
        try:
            yield running
        finally:
            _stop(process, running)


@contextmanager
def _pinned_to(core: int) -> Generator[None]:
    """Hold this thread to one core meanwhile: a process that it starts inherits that, with every thread it makes."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _stop(process: subprocess.Popen[bytes], running: Running) -> None:
    family = running.tree()
    process.terminate()
    _, alive = psutil.wait_procs(family, timeout=_STOP_SECONDS)
    for one in alive:
        one.kill()
    process.wait(_STOP_SECONDS)


@contextmanager
def running_upstream(folder: Path) -> Generator[int]:
    """Start the upstream beside the load and yield its port."""
    place = folder / "upstream"
    place.mkdir()
    script = Path(__file__).with_name("upstream.py")
    with started([sys.executable, str(script)], core=LOAD_CORE, folder=place) as upstream:
        yield int(upstream.wait_for(r"^(\d+)\n"))


def free_port() -> int:
    """Return a port that was free a moment ago, for servers that cannot choose one by themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _found(pattern: str, log: Path) -> str:
    found = re.search(pattern, log.read_text(errors="replace"), re.MULTILINE)
    return found[1] if found else ""


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(running: Running, look: Callable[[], str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        if not running.is_alive():
            raise NotStarted(f"it ended at once: {running.tail()}")
        time.sleep(_POLL_SECONDS)
    raise NotStarted(f"it was not ready after {START_SECONDS:.0f} s: {running.tail()}")
