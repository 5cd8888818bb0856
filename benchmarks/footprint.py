"""What it costs to have Plimsoll around: import, help, an idle server with its model, the second start.

Run `benchmarks/footprint.py [--json] [--quick]`. It makes a project of the template in a temporary folder, starts real
processes and reads their CPU time and resident memory. Exits with 1 when a stated target is missed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

ROOT = Path(__file__).parents[1]
IMPORT_CPU_SECONDS = 0.15
HELP_CPU_SECONDS = 0.30
IDLE_MEGABYTES = 300
SECOND_START_SECONDS = 3.0
_MEGABYTE = 1_000_000
_DEADLINE_SECONDS = 60.0
_POLL_SECONDS = 0.02
_ADDRESS = re.compile(r"serves on (http://\S+)")


class Footprint(msgspec.Struct, frozen=True):
    """What was measured, with the targets beside it."""

    import_cpu_seconds: float
    import_target: float
    help_cpu_seconds: float
    help_target: float
    second_start_seconds: float
    second_start_target: float
    idle_megabytes: float
    idle_target: float

    def missed(self) -> list[str]:
        """Return the names of the targets that were missed."""
        pairs = {
            "import": (self.import_cpu_seconds, self.import_target),
            "help": (self.help_cpu_seconds, self.help_target),
            "second start": (self.second_start_seconds, self.second_start_target),
            "idle server": (self.idle_megabytes, self.idle_target),
        }
        return [name for name, (value, target) in pairs.items() if value > target]


class Served(msgspec.Struct, frozen=True):
    """How a server started."""

    seconds: float
    """From the command to ready."""
    megabytes: float
    """Resident memory once it is ready."""


def environment() -> dict[str, str]:
    """Return this process's environment with the package's source on the path."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def cpu_seconds(*arguments: str, runs: int) -> float:
    """Return the least CPU seconds, user and system, of several runs of the interpreter with the arguments."""
    return min(_cpu_of_one(arguments) for _ in range(runs))


def _cpu_of_one(arguments: tuple[str, ...]) -> float:
    before = os.times()
    subprocess.run([sys.executable, *arguments], env=environment(), check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


@contextmanager
def prepared_project() -> Generator[Path]:
    """Yield a project of the template whose documents are ingested."""
    with tempfile.TemporaryDirectory() as parent:
        for folder, command in ((parent, ("init", "demo")), (f"{parent}/demo", ("ingest",))):
            arguments = [sys.executable, "-m", "plimsoll", *command]
            subprocess.run(arguments, cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)
        yield Path(parent) / "demo"


def measure_server(folder: Path) -> Served:
    """Return the seconds from start to ready, and the resident megabytes of the idle server and its children."""
    arguments = [sys.executable, "-m", "plimsoll", "serve", "--ingest", "--port", "0"]
    started = time.monotonic()
    with subprocess.Popen(arguments, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True) as server:
        try:
            wait_until_ready(read_address(server))
            seconds = time.monotonic() - started
            return Served(seconds=seconds, megabytes=resident_megabytes(server.pid))
        finally:
            server.terminate()


def read_address(server: subprocess.Popen[str]) -> str:
    """Return the address that the server prints."""
    for line in server.stdout or ():
        if found := _ADDRESS.search(line):
            return found[1]
    raise RuntimeError("the server ended without saying where it serves")


def wait_until_ready(address: str) -> None:
    """Wait until the server says that it is ready."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=5):  # noqa: S310 - loopback
                return
        except urllib.error.HTTPError as error:
            error.close()
        time.sleep(_POLL_SECONDS)
    raise TimeoutError("the server was not ready in time")


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process and its children."""
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / _MEGABYTE


def measure(*, runs: int) -> Footprint:
    """Measure everything once; CPU times are the least of several runs, less the bare interpreter's."""
    bare = cpu_seconds("-c", "pass", runs=runs)
    with prepared_project() as folder:
        served = measure_server(folder)
    return Footprint(
        import_cpu_seconds=round(cpu_seconds("-c", "import plimsoll", runs=runs) - bare, 3),
        import_target=IMPORT_CPU_SECONDS,
        help_cpu_seconds=round(cpu_seconds("-m", "plimsoll", "--help", runs=runs), 3),
        help_target=HELP_CPU_SECONDS,
        second_start_seconds=round(served.seconds, 2),
        second_start_target=SECOND_START_SECONDS,
        idle_megabytes=round(served.megabytes),
        idle_target=IDLE_MEGABYTES,
    )


def main() -> None:
    """Measure, print, and exit with 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    arguments = parser.parse_args()
    measured = measure(runs=3 if arguments.quick else 10)
    for name, value in msgspec.structs.asdict(measured).items():
        print(f"{name:24} {value}")
    missed = measured.missed()
    print("missed: " + ", ".join(missed) if missed else "every target is met")
    if arguments.json:
        print(msgspec.json.encode({**msgspec.structs.asdict(measured), "missed": missed}).decode())
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
