"""Running the command line as a user would: in a project's folder, for its exit code and what it prints."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
_KEYS = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "MISTRAL_", "GROQ_", "DEEPSEEK_", "OPENROUTER_", "OLLAMA_")


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def surroundings(**extra: str) -> dict[str, str]:
    """Return the environment of this process without any provider's key."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_KEYS)}
    return inherited | {"PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "error"} | extra


def plimsoll(folder: Path, *arguments: str, **extra: str) -> Done:
    """Run `plimsoll` in the folder."""
    done = subprocess.run(
        [sys.executable, "-m", "plimsoll", *arguments],
        cwd=folder,
        env=surroundings(**extra),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
