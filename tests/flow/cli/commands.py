"""Running the command line as a user would: in a project's folder, for its exit code and what it prints."""

import multiprocessing
import os
import shlex
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from plimsoll.cli import main

ROOT = Path(__file__).parents[3]
_NOT_A_USERS = "PYTHONDONTWRITEBYTECODE"
"""Would let each command compile every module anew."""
_KEYS = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "MISTRAL_", "GROQ_", "DEEPSEEK_", "OPENROUTER_", "OLLAMA_")
_LONGEST_SECONDS = 120
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["plimsoll.project", "plimsoll.cli.opened", "rich.table"])


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def surroundings(**extra: str) -> dict[str, str]:
    """Return the environment of this process without any provider's key."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith((*_KEYS, _NOT_A_USERS))}
    return inherited | {"PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "error"} | extra


def plimsoll(folder: Path, *arguments: str, **extra: str) -> Done:
    """Run `plimsoll` in the folder, in a process that has imported it already; `start_plimsoll` starts it anew."""
    with tempfile.TemporaryDirectory() as said:
        out, err = Path(said, "out"), Path(said, "err")
        process = _FORKS.Process(
            target=_run, args=(folder, arguments), kwargs={"files": (out, err), "environment": surroundings(**extra)}
        )
        process.start()
        process.join(_LONGEST_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"plimsoll {shlex.join(arguments)} took more than {_LONGEST_SECONDS} s.")
        return Done(process.exitcode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def start_plimsoll(folder: Path, *arguments: str) -> Done:
    """Start `plimsoll` in the folder as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "plimsoll", *arguments],
        cwd=folder,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _run(folder: Path, arguments: tuple[str, ...], *, environment: dict[str, str], files: tuple[Path, Path]) -> None:
    """Become the command: its folder, its environment, its output."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    warnings.simplefilter("error")
    sys.argv = ["plimsoll", *arguments]
    main()
