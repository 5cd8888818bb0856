"""Law 12: what it costs to have Plimsoll around."""

import subprocess
import sys

from law.sources import PACKAGE

JAVASCRIPT_LINES = 800
IMPORT_CPU_SECONDS = 0.15
HELP_SECONDS = 0.3


def _cpu_seconds(statement: str) -> float:
    """Return the least CPU seconds of five runs in fresh interpreters, the interpreter's own start left out."""
    code = f"import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    return min(float(run.stdout) for run in runs)


def test_importing_plimsoll_costs_at_most_150_ms_of_cpu():
    assert _cpu_seconds("import plimsoll") <= IMPORT_CPU_SECONDS


def test_help_costs_at_most_300_ms_of_cpu():
    statement = (
        "import sys, io; out, sys.stdout = sys.stdout, io.StringIO(); import plimsoll.cli as c; "
        "c.cli.main(['--help'], standalone_mode=False); sys.stdout = out"
    )
    assert _cpu_seconds(statement) <= HELP_SECONDS


def test_our_own_javascript_stays_small():
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in PACKAGE.rglob("*.js"))
    assert 0 < lines <= JAVASCRIPT_LINES
