"""Which git commit a folder stands at, and whether its tree holds changes beyond it. Called before a run.

The commit is read from git's own files without starting git; only git knows which changes it ignores.
"""

import asyncio
import contextlib
import re
from pathlib import Path

_STATUS = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "status", "--porcelain", "--", ".")
_STATUS_SECONDS = 5.0
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def read_revision(folder: Path) -> str | None:
    """Return the commit that HEAD names, of the innermost repository that holds the folder; None outside of git."""
    try:
        git = _find_git(folder.resolve())
        return None if git is None else _read_head(git)
    except (OSError, UnicodeDecodeError):
        return None


async def read_dirt(folder: Path) -> bool | None:
    """Tell whether the folder holds changes that its commit does not; None where git cannot say so within 5 s."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        git = await asyncio.create_subprocess_exec(*_STATUS, cwd=folder, stdin=nothing, stdout=pipe, stderr=nothing)
    except OSError:
        return None
    try:
        async with asyncio.timeout(_STATUS_SECONDS):
            said, _ = await git.communicate()
    except TimeoutError:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            git.kill()
    return bool(said.strip()) if git.returncode == 0 else None


def _find_git(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        git = place / ".git"
        if git.is_dir():
            return git
        if git.is_file():  # a linked worktree or a submodule: the file says where its folder is
            return place / _read(git).removeprefix("gitdir:").strip()
    return None


def _read_head(git: Path) -> str | None:
    head = _read(git / "HEAD")
    if not head.startswith("ref:"):
        return _commit(head)
    name = head.removeprefix("ref:").strip()
    shared = git / _read(git / "commondir") if (git / "commondir").is_file() else git
    for folder in (git, shared):
        if (folder / name).is_file():
            return _commit(_read(folder / name))
    packed = shared / "packed-refs"
    lines = _read(packed).splitlines() if packed.is_file() else []
    return next((_commit(line.split(" ")[0]) for line in lines if line.endswith(f" {name}")), None)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()


def _commit(text: str) -> str | None:
    return text if _COMMIT.fullmatch(text) else None
