"""The traces of a project: what was asked of it, and how that went.

`Project.traces` is one of these; the server and the command line call it. Reading writes down first what still waits,
so that whoever asks and then looks finds the request.
"""

from datetime import timedelta

import msgspec

from plimsoll.project.parts import Parts
from plimsoll.traces import CaptureHealth, Trace, TraceFilter, TraceSummary


class ProjectTraces:
    """The traces of a project."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list(self, where: TraceFilter | None = None, *, within: timedelta | None = None) -> list[TraceSummary]:
        """Return the traces that the filter lets through, newest first; `within` keeps those of the last while."""
        await self._parts.capture.flush()
        where = where or TraceFilter()
        if within is not None:
            where = msgspec.structs.replace(where, since=self._parts.clock.now() - within)
        return await self._parts.traces.list(where)

    async def get(self, trace_id: str) -> Trace:
        """Return one trace by its id or the beginning of it. Raises NotFound."""
        await self._parts.capture.flush()
        return await self._parts.traces.get(trace_id)

    async def prune(self, *, keep_days: float) -> int:
        """Delete the traces that ended so many days ago or earlier; return how many those were."""
        return await self._parts.traces.prune(self._parts.clock.now() - timedelta(days=keep_days))

    def health(self) -> CaptureHealth:
        """Return how writing them down goes."""
        return self._parts.capture.health()
