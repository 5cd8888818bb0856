"""The README's console session is what really happens: each command is run and its output compared, times aside."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flow.cli.commands import ROOT, surroundings

pytestmark = pytest.mark.model

SESSION = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MEASURED = re.compile(r"\d+(\.\d+)? (ms|s)\b|trace [0-9a-f]{32}|seen (less than a|\d+) minutes? ago")


def _lines(text: str) -> list[str]:
    lines = [MEASURED.sub("…", line.rstrip()) for line in text.splitlines()]
    return [line for line in lines if line]


def test_the_console_session_of_the_readme_is_what_really_happens(tmp_path: Path):
    session = SESSION.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0]
    commands = [line.removeprefix("$ ") for line in session.splitlines() if line.startswith("$ ")]
    shown = _lines("\n".join(line for line in session.splitlines() if not line.startswith("$ ")))
    commands[0] = "plimsoll init my-project > /dev/null && cd my-project"
    script = "\n".join([f'plimsoll() {{ "{sys.executable}" -m plimsoll "$@"; }}', *commands])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    assert _lines(done.stdout) == shown
