"""The traces of a project: what was asked of it, and how that went.

`Project.traces` is one of these; the server and the command line call it. Reading writes down first what still waits,
so that whoever asks and then looks finds the request.
"""

from collections.abc import Callable
from datetime import timedelta

import msgspec

from plimsoll.project.parts import Parts
from plimsoll.project.settings import Settings
from plimsoll.project.traces.feedback import Feedback
from plimsoll.project.traces.replay import Replay, ReplayAsked, Where, replay_trace
from plimsoll.project.traces.retention import kept_by_settings, sampling_of
from plimsoll.project.traces.seen import SeenTraces
from plimsoll.records import Principal, Score
from plimsoll.traces import (
    MOST_SAMPLED,
    SEARCH_SECONDS,
    CaptureHealth,
    Comparison,
    ExportAsked,
    Exported,
    ExportHealth,
    FigureFilter,
    Figures,
    Keep,
    Pruned,
    Trace,
    TraceFilter,
    TracePage,
    TraceSummary,
    TraceViews,
    parse_side,
)


class ProjectTraces:
    """The traces of a project."""

    def __init__(self, parts: Parts, where: Where, settings: Settings) -> None:
        self._parts = parts
        self._where = where
        self._settings = settings

    @property
    def views(self) -> TraceViews:
        """Return the filters that have names."""
        return self._parts.views

    async def list(self, where: TraceFilter | None = None, *, within: timedelta | None = None) -> list[TraceSummary]:
        """Return the traces that the filter lets through, newest first; `within` keeps those of the last while."""
        await self._parts.capture.flush()
        where = where or TraceFilter()
        if within is not None:
            where = msgspec.structs.replace(where, since=self._parts.clock.now() - within)
        return await self._parts.traces.list(where)

    async def page(self, where: TraceFilter, *, seconds: float = SEARCH_SECONDS) -> TracePage:
        """Return a page of traces; a search for words takes about so many seconds, and says how far it came."""
        await self._parts.capture.flush()
        return await self._parts.traces.page(where, seconds=seconds)

    async def get(self, trace_id: str) -> Trace:
        """Return one trace by its id or the beginning of it. Raises NotFound."""
        await self._parts.capture.flush()
        return await self._parts.traces.get(trace_id)

    def seen_by(self, caller: Principal) -> SeenTraces:
        """Return them as this caller may see them: whatever is shown to somebody goes through it."""
        features = self._where.features
        known = {*features, *(feature.prompt for feature in features.values()), *self._parts.corpora.declared}
        return SeenTraces(self._parts, caller, known=known)

    async def figures(self, where: FigureFilter) -> Figures:
        """Return counts, percentiles, cost and quality over time, of requests or of steps. Raises InvalidRequest."""
        await self._parts.capture.flush()
        return await self._parts.traces.figures(where)

    async def compare(
        self,
        first: str,
        second: str,
        *,
        caller: Principal | None = None,
        most: int = MOST_SAMPLED,
        seed: int = 0,
    ) -> Comparison:
        """Return what differs between two groups of live requests: windows (`2h..1h`) or filters (`version=3f2a`).

        Raises InvalidRequest for a side that is not understood.
        """
        now = self._parts.clock.now()
        sides = parse_side(first, now=now), parse_side(second, now=now)
        await self._parts.capture.flush()
        asker = caller or Principal.local()
        return await self._parts.traces.compare(*sides, caller=asker, most=most, seed=seed)

    async def replay(
        self, trace_id: str, asked: ReplayAsked | None = None, *, caller: Principal | None = None
    ) -> Replay:
        """Run a stored request of a feature again, with what was recorded or live, and put both side by side.

        Raises NotFound, InvalidRequest, and NotRecorded for what the trace does not hold.
        """
        asker = caller or Principal.local()
        return await replay_trace(
            self._parts, self._where, trace_id=trace_id, asked=asked or ReplayAsked(), caller=asker
        )

    async def score(self, trace_id: str, given: Feedback, *, caller: Principal | None = None) -> Score:
        """Keep what a person says of an answer that the caller may see, in place of what they said of it before.

        Raises NotFound for a trace that is not there, and InvalidRequest for what means nothing.
        """
        return await self.seen_by(caller or Principal.local()).score(trace_id, given)

    async def prune(
        self,
        *,
        older_than: timedelta | None = None,
        most_bytes: int | None = None,
        is_trial: bool = False,
        told: Callable[[int], None] = lambda _: None,
    ) -> Pruned:
        """Delete the traces that ended longer ago, and the oldest beyond so many bytes; by the settings where neither.

        A trial only counts. It goes in small steps, and what went stays gone when it is cancelled. `told` hears how
        many steps of traces went so far.
        """
        now = self._parts.clock.now()
        if older_than is None and most_bytes is None:
            keep = kept_by_settings(self._settings.traces, now=now)
        else:
            keep = Keep(since=None if older_than is None else now - older_than, most_bytes=most_bytes)
        await self._parts.capture.flush()
        return await self._parts.traces.prune(keep, is_trial=is_trial, told=told)

    async def thin(self) -> int:
        """Leave out all but the share of the newest traces that `[traces.sampling]` names; return how many went."""
        await self._parts.capture.flush()
        return await self._parts.traces.thin(sampling_of(self._settings.traces))

    async def export(self, asked: ExportAsked, *, told: Callable[[int], None] = lambda _: None) -> Exported:
        """Write traces or their steps to a file (`.parquet`, `.jsonl`, `.csv`), as a whole or not at all.

        `told` hears how many were written so far. Raises InvalidRequest, MissingPart, DiskFull, StoreUnavailable.
        """
        await self._parts.capture.flush()
        return await self._parts.traces.export(asked, told=told)

    def export_health(self) -> ExportHealth | None:
        """Return how sending them to another back end goes; None where the settings name none."""
        return None if self._parts.exporter is None else self._parts.exporter.health()

    def health(self) -> CaptureHealth:
        """Return how writing them down goes."""
        return self._parts.capture.health()
