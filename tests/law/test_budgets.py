"""Law 12: what it costs to have Plimsoll around."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from law.sources import PACKAGE, ROOT

JAVASCRIPT_LINES = 800
IMPORT_CPU_SECONDS = 0.15
HELP_SECONDS = 0.3
CORE_MEGABYTES = 560


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


def test_the_core_with_the_model_stays_within_its_weight():
    locks = [(ROOT / "requirements" / name).read_text(encoding="utf-8") for name in ("core.txt", "model.txt")]
    names = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", "\n".join(locks), re.MULTILINE))
    megabytes = sum(_installed_bytes(name) for name in names) / 1e6
    assert 100 < megabytes <= CORE_MEGABYTES


def _installed_bytes(name: str) -> int:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:  # for another platform
        return 0
    paths = [Path(file.locate()) for file in files if not file.name.endswith(".pyc")]
    return sum(path.stat().st_size for path in paths if path.is_file())
