"""Projects with a source on a schedule, on a database that several of them may share."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import plimsoll
from plimsoll.project import Project
from plimsoll.records import Clock
from plimsoll.testing import FakeClock

WIKI = """
[knowledge.docs]
audit_every = "1d"
[knowledge.docs.sources.wiki]
kind = "folder"
paths = ["wiki"]
sync_every = "1h"
max_age = "2h"
most_loss = 0.5
"""


class Place:
    """Where projects of one database are: on SQLite all in one folder, on PostgreSQL each in its own."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        """Take the kind of database, a folder and the database's URL."""
        self.clock = FakeClock()
        self._folder = folder
        self._url = "" if kind == "sqlite" else url

    @property
    def database(self) -> str:
        """Return the URL of the database, once a project was opened."""
        return self._url or f"sqlite:///{self._folder}/all/.plimsoll/state.db"

    def write(self, number: int = 0, settings: str = WIKI) -> Path:
        """Write the project of this number and return its folder."""
        folder = self._folder / (str(number) if self._url else "all")
        (folder / "wiki").mkdir(parents=True, exist_ok=True)
        (folder / "wiki" / "tides.md").write_text("# Tides\n\nThe tide turns every six hours.\n")
        storage = f'[storage]\nurl = "{self._url}"\n' if self._url else ""
        (folder / "plimsoll.toml").write_text(storage + settings)
        return folder

    @asynccontextmanager
    async def opened(self, number: int = 0, *, clock: Clock | None = None) -> AsyncGenerator[Project]:
        """Open the project of this number, written before, on the clock that all share."""
        folder = self._folder / (str(number) if self._url else "all")
        async with plimsoll.open(folder, clock=clock or self.clock, environ={}) as project:
            yield project

    @asynccontextmanager
    async def several(self, count: int) -> AsyncGenerator[list[Project]]:
        """Write and open several projects on the one database."""
        async with AsyncExitStack() as stack:
            for number in range(count):
                self.write(number)
            yield [await stack.enter_async_context(self.opened(number)) for number in range(count)]
