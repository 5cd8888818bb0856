"""Prompts of candidates as files, each under its hash: what a trial's requests are made with. The newest 200 stay.

A draft is made of what its trial says, so that one that went is written again when it is needed.
"""

import contextlib
import hashlib
from pathlib import Path

from plimsoll.project.files import put_file

_SHOWN = 8
_MOST = 200


class Drafts:
    """The folder of drafts of a project."""

    def __init__(self, folder: Path, place: Path) -> None:
        """Take the project's folder, and where the drafts lie within it."""
        self._folder = folder
        self._place = place

    def write(self, stem: str, content: bytes) -> str:
        """Write a draft, let the oldest go, and return its path relative to the project."""
        path = self._place / f"{stem}.{digest_of(content)}.md"
        put_file(self._folder / path, content)
        self._let_go()
        return path.as_posix()

    def _let_go(self) -> None:
        # Another process may take the same one away.
        with contextlib.suppress(OSError):
            files = sorted((self._folder / self._place).glob("*.md"), key=lambda one: one.stat().st_mtime_ns)
            for old in files[:-_MOST]:
                old.unlink(missing_ok=True)


def digest_of(content: bytes) -> str:
    """Return the digits that a draft and a candidate are told apart by."""
    return hashlib.sha256(content).hexdigest()[:_SHOWN]
