"""Synchronises a folder and kills itself at a counted step: each statement, commit and change of a file is one.

Run with the project's folder, the database's URL, the index folder and the step, 0 for none. Prints the results.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import Engine, event

from plimsoll.knowledge import DeclaredSource, FolderSource

from flow.knowledge.opened import opened

_FILE_CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir"}


class Steps:
    """Counts, and dies at the last one."""

    def __init__(self, last: int) -> None:
        self._left = last

    def listen(self) -> None:
        """Count from now on."""
        event.listen(Engine, "before_cursor_execute", self._take)
        event.listen(Engine, "commit", self._take)
        sys.addaudithook(self._look)

    def _look(self, name: str, about: tuple[object, ...]) -> None:
        if name in _FILE_CHANGES or (name == "open" and about[1] in {"w", "wb"}):
            self._take()

    def _take(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(root: Path, url: str, index: Path, *, last: int) -> None:
    """Synchronise `root/rules`."""
    rules = DeclaredSource(name="rules", source=FolderSource(["rules"], root=root), most_loss=1.0)
    async with opened(root, url=url, index=index, sources=[rules]) as corpus:
        Steps(last).listen()
        reports = await corpus.sync()
    sys.stdout.write(" ".join(report.result for report in reports))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), last=int(sys.argv[4])))
