"""Loads what the first question needs while the server already listens, and says how far that is.

`/health/ready` asks it. A part that is missing does not keep the server from starting: it is named until it is there.
"""

import asyncio
from collections.abc import Awaitable
from typing import Literal

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.project import Project
from plimsoll.records import Principal
from plimsoll.traces import TraceFilter

_PROBE_SECONDS = 5.0


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that questions need."""

    name: str
    """What it is: `state`, `traces`, `limits` or `knowledge`."""
    state: Literal["ok", "loading", "missing"]
    """Whether it is there."""
    message: str = ""
    """What is missing; empty when nothing is."""
    next_step: str = ""
    """What to do about it."""


class WarmUp:
    """The loading of the embedding model and the indexes, begun once and begun again after a failure."""

    def __init__(self, project: Project, *, is_lazy: bool = False) -> None:
        """Load nothing yet; a lazy one leaves it to the first question."""
        self._project = project
        self._is_lazy = is_lazy
        self._loading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Load in the background, unless that is under way or done."""
        if self._is_lazy:
            return
        if self._loading is None or (self._loading.done() and _failure_of(self._loading) is not None):
            self._loading = asyncio.get_running_loop().create_task(self._project.knowledge.warm_up())

    async def examine(self) -> list[Readiness]:
        """Return what questions need and whether it is there."""
        return [
            await _probe("state", self._project.keys.any_active()),
            await _probe("traces", self._project.traces.seen_by(Principal.local()).list(TraceFilter(limit=1))),
            await _probe("limits", self._project.reach_limits()),
            self._examine_loading(),
        ]

    async def close(self) -> None:
        """Stop loading."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)

    def _examine_loading(self) -> Readiness:
        loading = self._loading
        if self._is_lazy:
            return Readiness(name="knowledge", state="ok", message="It is loaded at the first question.")
        if loading is not None and loading.done():
            error = _failure_of(loading)
            if error is None:
                return Readiness(name="knowledge", state="ok")
            self.begin()
            return _missing("knowledge", error)
        self.begin()
        message = "The embedding model and the indexes are being loaded."
        return Readiness(name="knowledge", state="loading", message=message, next_step="Ask again in a second.")


async def _probe(name: str, work: Awaitable[object]) -> Readiness:
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            await work
    except (PlimsollError, TimeoutError) as error:
        return _missing(name, error)
    return Readiness(name=name, state="ok")


def _failure_of(task: "asyncio.Task[None]") -> BaseException | None:
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _missing(name: str, error: BaseException) -> Readiness:
    if isinstance(error, PlimsollError):
        return Readiness(name=name, state="missing", message=error.message, next_step=error.next_step)
    message = f"{name} did not answer: {type(error).__name__}."
    return Readiness(name=name, state="missing", message=message, next_step="plimsoll doctor")
