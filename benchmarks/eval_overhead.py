"""What a tool's own work costs for one case: CPU time over a function that answers at once, ours beside others.

Run `benchmarks/eval_overhead.py [--peers DIR] [--json] [--quick]`; DIR is what `prepare_eval_peers.sh` filled. Each
tool runs the same cases in processes of its own, with one exact match, 16 at once, and keeps what it keeps anyway. The
CPU time (user and system, children included) of a run of a few cases is taken from that of a run of many, so that
starting does not count. Exits with 1 when ours needs more than 1 ms a case, or more than a fifth of the next.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from eval_overhead_kit.cases import write_cases

CASES, QUICK_CASES, FEW = 10_000, 1_000, 100
AT_ONCE = 16
MOST_MS = 1.0
TIMES_BELOW = 5.0
SECONDS = 1_800
HERE = Path(__file__).parent / "eval_overhead_kit"
OURS = ("ours_function", "ours_feature")
PEERS = ("inspect", "deepeval", "pydantic_evals", "promptfoo")


class _Passed(msgspec.Struct, frozen=True):
    passed: int


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What one process spent."""

    cpu_s: float
    wall_s: float
    most_memory_mb: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool needs."""

    tool: str
    version: str
    cases: int
    cpu_ms: float | None
    """CPU time a case; None where the tool is not there or did other work."""
    wall_ms: float | None = None
    start_s: float | None = None
    """CPU time of the run of a few cases: starting, for the most part."""
    memory_mb: float | None = None
    note: str = ""


def run_once(command: list[str], count: int, environment: dict[str, str]) -> Spent:
    """Run a tool over so many cases. Raises ValueError where it did other work, or none."""
    with tempfile.TemporaryDirectory() as folder:
        cases = Path(folder) / "asked.jsonl"
        write_cases(cases, count)
        output = Path(folder) / "said.txt"
        with output.open("wb") as said, (Path(folder) / "errors.txt").open("wb") as errors:
            began = os.times().elapsed
            process = subprocess.Popen(
                [*command, str(cases), str(AT_ONCE), folder], stdout=said, stderr=errors, env=environment, cwd=folder
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = os.times().elapsed - began
        if status:
            raise ValueError((Path(folder) / "errors.txt").read_text(errors="replace")[-300:])
        last = output.read_text(errors="replace").strip().rsplit("\n", 1)[-1]
        passed = msgspec.json.decode(last, type=_Passed).passed
        if passed != (count + 1) // 2:
            raise ValueError(f"{passed} of {count} cases passed, not {(count + 1) // 2}")
        return Spent(cpu_s=usage.ru_utime + usage.ru_stime, wall_s=wall_s, most_memory_mb=usage.ru_maxrss / 1_024)


def measure(tool: str, count: int, *, peers: Path) -> Row:
    """Run a tool over a few cases and over many, and return what a case costs."""
    version, command, environment = find_tool(tool, peers)
    if not command:
        return Row(tool=tool, version="", cases=count, cpu_ms=None, note="not installed")
    try:
        few, many = (run_once(command, size, environment) for size in (FEW, count))
    except (ValueError, msgspec.DecodeError) as error:
        return Row(tool=tool, version=version, cases=count, cpu_ms=None, note=str(error))
    return Row(
        tool=tool,
        version=version,
        cases=count,
        cpu_ms=1_000 * (many.cpu_s - few.cpu_s) / (count - FEW),
        wall_ms=1_000 * (many.wall_s - few.wall_s) / (count - FEW),
        start_s=few.cpu_s,
        memory_mb=many.most_memory_mb,
    )


def find_tool(tool: str, peers: Path) -> tuple[str, list[str], dict[str, str]]:
    """Return the version, the command and the environment of a tool; no command where it is not installed."""
    environment = {**os.environ, "NO_COLOR": "1"}
    if tool in OURS:
        return "this tree", [sys.executable, str(HERE / f"{tool}.py")], environment
    kept = peers / tool / "VERSION"
    if not kept.exists():
        return "", [], environment
    environment.pop("PYTHONPATH", None)
    python = sys.executable
    if tool == "promptfoo":
        environment["PROMPTFOO"] = str(peers / tool / "node_modules" / ".bin" / "promptfoo")
    else:
        python = str(peers / tool / "venv" / "bin" / "python")
    return kept.read_text().strip(), [python, str(HERE / f"peer_{tool}.py")], environment


def is_reached(rows: list[Row]) -> bool:
    """Tell whether ours needs at most 1 ms a case, and at most a fifth of each other tool that was measured."""
    ours = next(row.cpu_ms for row in rows if row.tool == "ours_function")
    if ours is None or ours > MOST_MS:
        return False
    others = [row.cpu_ms for row in rows if row.tool in PEERS and row.cpu_ms is not None]
    return all(other >= TIMES_BELOW * ours for other in others)


def show(row: Row) -> str:
    """Return a row of the table."""
    if row.cpu_ms is None:
        return f"{row.tool:16} {row.version:10} {row.note}"
    return (
        f"{row.tool:16} {row.version:10} {row.cpu_ms:8.3f} ms CPU {row.wall_ms:8.3f} ms wall "
        f"{row.start_s:6.2f} s to start {row.memory_mb:7.0f} MB"
    )


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = Path(os.environ.get("PLIMSOLL_CACHE", Path.home() / ".cache" / "plimsoll"))
    parser.add_argument("--peers", type=Path, default=cache / "peers", help="what prepare_eval_peers.sh filled")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CASES} cases instead of {CASES}")
    asked = parser.parse_args()
    count = QUICK_CASES if asked.quick else CASES
    rows = [measure(tool, count, peers=asked.peers) for tool in (*OURS, *PEERS)]
    reached = is_reached(rows)
    if asked.json:
        report = {"at_once": AT_ONCE, "rows": rows, "is_reached": reached}
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        sys.stdout.write("\n".join([*map(show, rows), f"reached: {reached}"]) + "\n")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
