"""Every text that a prompt ever had, kept under its hash when it is first used.

The runner tells it of each prompt that it loads; the project asks it for versions. A request never waits for it, and
none fails because it could not write.
"""

import asyncio
import logging
from datetime import datetime
from typing import Protocol

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.features.prompt import Prompt
from plimsoll.features.table import insert_texts, list_texts
from plimsoll.records import Clock
from plimsoll.store import Store

_LOG = logging.getLogger(__name__)
_MOST_KNOWN = 10_000


class PromptLog(Protocol):
    """What is told of each prompt that is loaded."""

    def note(self, prompt: Prompt) -> None:
        """Take note of a prompt that is going to be used."""
        ...


class PromptText(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a prompt."""

    sha256: str
    """Hash of its file."""
    path: str
    """Its file, relative to the project."""
    text: str
    """The whole file."""
    first_used_at: datetime
    """When it was first used, in UTC."""


class PromptVersions:
    """The versions of a project's prompts, in its state database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: set[tuple[str, str]] = set()
        self._waiting: dict[tuple[str, str], str] = {}
        self._writers: set[asyncio.Task[None]] = set()

    def note(self, prompt: Prompt) -> None:
        """Keep the prompt's text soon, unless it is known; what could not be written is tried again with the next."""
        key = (prompt.sha256, prompt.path)
        if key in self._known:
            return
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known.add(key)
        self._waiting[key] = prompt.text
        writer = asyncio.get_running_loop().create_task(self.flush())
        self._writers.add(writer)
        writer.add_done_callback(self._writers.discard)

    async def flush(self) -> None:
        """Write what waits; a store that is not to be had is logged, and the texts wait on."""
        texts = dict(self._waiting)
        if not texts:
            return
        rows: list[dict[str, object]] = [
            {"sha256": sha256, "path": path, "text": text} for (sha256, path), text in sorted(texts.items())
        ]
        at = self._clock.now()
        try:
            await self._store.write(lambda connection: insert_texts(connection, rows, at=at))
        except PlimsollError as error:
            _LOG.warning("the text of a prompt could not be kept yet: %s", error)
        else:
            for key in texts:
                self._waiting.pop(key, None)

    async def close(self) -> None:
        """Write what waits and end."""
        await asyncio.gather(*self._writers, return_exceptions=True)
        await self.flush()

    async def list(self) -> tuple[PromptText, ...]:
        """Return all versions of all prompts, the newest first."""
        await self.flush()
        rows = await self._store.read(list_texts)
        return tuple(PromptText(**{name: row[name] for name in PromptText.__struct_fields__}) for row in rows)
