"""The settings in force, and how others come into force while calls are under way.

The server looks now and then whether `plimsoll.toml` has changed, and reloads when it is told to. A file that cannot be
used changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import msgspec
from pydantic import BaseModel

from plimsoll.errors import PlimsollError
from plimsoll.project.models.models import OpenModels
from plimsoll.project.settings import SETTINGS_FILE, CorpusSettings, Settings, read_settings
from plimsoll.project.status import SettingsState
from plimsoll.records import Clock

FIXED = ("storage", "gateway", "knowledge", "server", "limits")
"""Tables that stay as they are until the next start: databases, sockets and bounds are made of them.

The schedules of `knowledge` are followed all the same."""
FIXED_OF_TRACES = ("content", "redact", "redact_with", "pseudonym_key_env")
"""Keys of `[traces]` that stay: what is stored is decided where spans are captured."""
_LOG = logging.getLogger("plimsoll.settings")


class InForce:
    """The settings of an open project."""

    def __init__(
        self, folder: Path, settings: Settings, *, models: OpenModels, forget: Callable[[], None], clock: Clock
    ) -> None:
        """Begin with the settings that the project was opened with; `forget` drops what features made of them."""
        self.settings = settings
        self.state = SettingsState(loaded_at=clock.now())
        self._folder = folder
        self._models = models
        self._forget = forget
        self._clock = clock
        self._turn = asyncio.Lock()
        self._taken = self._seen = _fingerprint(folder)

    async def look(self) -> None:
        """Reload a file that has changed and was the same at the last look: one that is being written is left alone."""
        found = await asyncio.to_thread(_fingerprint, self._folder)
        is_settled, self._seen = found == self._seen, found
        if is_settled and found != self._taken:
            await self.reload()

    async def reload(self) -> SettingsState:
        """Read the file and put in force what can change while running; return what came of it.

        A file that cannot be used leaves everything as it was, and the state says why.
        """
        async with self._turn:
            self._taken = self._seen = await asyncio.to_thread(_fingerprint, self._folder)
            try:
                wanted = await asyncio.to_thread(read_settings, self._folder)
                merged, waiting = keep_fixed(wanted, running=self.settings)
                await self._models.adopt(merged)
            except PlimsollError as error:
                self._note_problem(error)
            else:
                self._adopt(merged, waiting)
            return self.state

    def _adopt(self, settings: Settings, waiting: tuple[str, ...]) -> None:
        self.settings = settings
        self._forget()
        self.state = SettingsState(loaded_at=self._clock.now(), reloads=self.state.reloads + 1, waiting=waiting)
        _LOG.warning("%s has changed and is in force.", SETTINGS_FILE)
        if waiting:
            _LOG.warning("These settings take effect at the next start: %s.", ", ".join(waiting))

    def _note_problem(self, error: PlimsollError) -> None:
        if error.message != self.state.problem:
            _LOG.error("The settings stay as they were, since the file cannot be used: %s", error.message)
        self.state = msgspec.structs.replace(self.state, problem=error.message)


def keep_fixed(wanted: Settings, *, running: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return the wanted settings with those of the running ones that cannot change, and the names of what waits."""
    knowledge = {name: _follow_schedules(one, wanted.knowledge.get(name)) for name, one in running.knowledge.items()}
    running = running.model_copy(update={"knowledge": knowledge})
    tables: dict[str, tuple[object, object]] = {name: (getattr(wanted, name), getattr(running, name)) for name in FIXED}
    waiting = [name for table, (new, old) in tables.items() for name in _changed(table, new, old)]
    fixed = {name: getattr(running.traces, name) for name in FIXED_OF_TRACES}
    waiting += [f"traces.{name}" for name, old in fixed.items() if getattr(wanted.traces, name) != old]
    traces = wanted.traces.model_copy(update=fixed)
    kept = {name: old for name, (_, old) in tables.items()}
    return wanted.model_copy(update={**kept, "traces": traces}), tuple(waiting)


def _follow_schedules(running: CorpusSettings, wanted: CorpusSettings | None) -> CorpusSettings:
    """Return a corpus as it runs with the schedules that are wanted of it and of its sources."""
    if wanted is None:
        return running
    sources = {
        name: one.model_copy(update={"sync_every": wanted.sources[name].sync_every}) if name in wanted.sources else one
        for name, one in running.sources.items()
    }
    changes = {"sources": sources, "sync_every": wanted.sync_every, "audit_every": wanted.audit_every}
    return running.model_copy(update=changes)


def _changed(table: str, new: object, old: object) -> list[str]:
    if not (isinstance(new, BaseModel) and isinstance(old, BaseModel)):
        return [table] if new != old else []
    return [f"{table}.{key}" for key in type(new).model_fields if getattr(new, key) != getattr(old, key)]


def _fingerprint(folder: Path) -> bytes:
    """Return what tells one content of the file from another; that of a file that cannot be read is empty."""
    try:
        return blake2b((folder / SETTINGS_FILE).read_bytes(), digest_size=16).digest()
    except OSError:
        return b""
