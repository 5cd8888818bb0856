"""What an open page is told as it happens: traces that began, figures that changed, how far long work has come.

A stream looks at the stores, where every worker and every command writes, so that it need not know the others. It is
told nothing that its caller may not read, and lives five minutes at most, so that a revoked key's stream ends.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime

import msgspec

from plimsoll.errors import Overloaded, PlimsollError
from plimsoll.project import Project, Work
from plimsoll.records import LOCAL_TENANT, Clock, Principal

LIVE_PATH = "/api/live"
"""Where the streams are. They are bounded here and have no deadline of a request."""
MOST_COUNTED = 1_000
"""Traces that are counted one by one; beyond, a page says that there are more."""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What one page wants to be told of."""

    caller: Principal
    """Who looks."""
    since: datetime
    """Traces that began then or later are new to the page."""
    feature: str | None = None
    """Of this feature only; None: of any."""
    has_figures: bool = False
    """Whether the page shows figures of the last while, and so wants to be told when they change."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how long."""

    look_seconds: float = 2.0
    """Time between two looks."""
    figures_seconds: float = 10.0
    """Time between two looks at figures: a page that redraws them does so no more often."""
    beat_seconds: float = 15.0
    """Longest silence: proxies and browsers take longer ones for the end."""
    life_seconds: float = 300.0
    """Longest life of a stream; the page begins another."""
    most_streams: int = 32
    """Streams at once; further ones are refused."""


class LiveFeed:
    """The streams of one server."""

    def __init__(self, project: Project, clock: Clock, pace: Pace | None = None) -> None:
        self._project = project
        self._clock = clock
        self._pace = pace or Pace()
        self._closing = asyncio.Event()
        self._open = 0
        self._signs: dict[tuple[str, str | None], tuple[float, str]] = {}

    def close(self) -> None:
        """End every stream now, so that a server that stops need not wait for pages that stay open."""
        self._closing.set()

    def require_room(self) -> None:
        """Raise Overloaded when as many streams are open as may be."""
        if self._open >= self._pace.most_streams or self._closing.is_set():
            raise Overloaded(
                f"This server tells {self._open} open pages what happens, as many as it can.",
                next_step="Close a page, or load it again to see what is new.",
            )

    async def follow(self, watched: Watched) -> AsyncGenerator[bytes]:
        """Yield events until the caller or the server goes: what is new at once, and then whatever changes."""
        self._open += 1
        try:
            yield b"retry: 2000\n\n"
            async for event in self._changes(watched):
                yield event
        finally:
            self._open -= 1

    async def _changes(self, watched: Watched) -> AsyncGenerator[bytes]:
        began = spoke = self._clock.monotonic()
        said: dict[str, bytes] = {}
        while not self._closing.is_set():
            now = self._clock.monotonic()
            if now - began >= self._pace.life_seconds:
                return
            for name, event in (await self._look(watched)).items():
                if said.get(name) != event:
                    said[name], spoke = event, now
                    yield event
            if now - spoke >= self._pace.beat_seconds:
                spoke = now
                yield b": beat\n\n"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.look_seconds):
                    await self._closing.wait()

    async def _look(self, watched: Watched) -> dict[str, bytes]:
        caller = watched.caller
        try:
            new = await self._project.traces.seen_by(caller).count_new(
                since=watched.since, feature=watched.feature, most=MOST_COUNTED
            )
            figures = {"figures": _event("figures", {"sign": await self._sign(watched)})} if watched.has_figures else {}
        except PlimsollError as error:
            return {"trouble": _event("trouble", {"code": error.code})}
        # What the project does with its own features and documents is of no other tenant's concern.
        work = self._project.work.list() if caller.tenant == LOCAL_TENANT else ()
        return {
            **figures,
            "traces": _event("traces", {"new": new}),
            "work": _event("work", {"work": [_shown(one) for one in work]}),
        }

    async def _sign(self, watched: Watched) -> str:
        """Return what changes with the figures: looked at once in a while, however many pages show them."""
        key, now = (watched.caller.tenant, watched.feature), self._clock.monotonic()
        at, sign = self._signs.get(key, (-self._pace.figures_seconds, ""))
        if not sign or now - at >= self._pace.figures_seconds:
            sign = await self._project.traces.seen_by(watched.caller).sign_figures(watched.feature)
            self._signs.pop(key, None)
            self._signs[key] = (now, sign)
            # The names are asked by callers: no more are kept than pages may be open.
            while len(self._signs) > self._pace.most_streams:
                del self._signs[next(iter(self._signs))]
        return sign


def _shown(work: Work) -> dict[str, object]:
    return {"kind": work.kind, "name": work.name, "done": work.done, "total": work.total, "note": work.note}


def _event(name: str, content: object) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(content) + b"\n\n"
