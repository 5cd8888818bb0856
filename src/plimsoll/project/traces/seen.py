"""Traces as one caller may see them: the one place where they leave a project for somebody who asks over HTTP.

A trace of another tenant does not exist. One that rests on documents which not everybody may read is whole for who
asked it, without its content for other administrators of its tenant, and does not exist for anybody else.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from plimsoll.errors import NotFound
from plimsoll.project.features.traffic import ask_for_requests
from plimsoll.project.features.windows import DEFAULT_WINDOW, WINDOWS
from plimsoll.project.parts import Parts
from plimsoll.project.traces.feedback import Feedback, id_of
from plimsoll.records import Principal, Score, Span
from plimsoll.traces import (
    SEARCH_SECONDS,
    Session,
    StepLine,
    Trace,
    TraceFilter,
    TracePage,
    TraceSummary,
    UserAsked,
    UserOrder,
    UserPage,
    Withheld,
    can_find_withheld,
)

_SIGN = 16


class SeenTraces:
    """The traces of a project for one caller. What is not theirs to see is left out, withheld, or not there."""

    def __init__(self, parts: Parts, caller: Principal, *, known: Collection[str] = ()) -> None:
        self._parts = parts
        self._caller = caller
        self._withheld = Withheld(known)

    async def list(self, where: TraceFilter) -> list[TraceSummary]:
        """Return a page of traces by the filter, whose tenant and reader are the caller's."""
        await self._parts.capture.flush()
        found = await self._parts.traces.list(self._narrow(where))
        return [self._show(one) for one in found]

    async def page(self, where: TraceFilter) -> TracePage:
        """Return a page of traces as `list` does; a search for words says how far it came."""
        await self._parts.capture.flush()
        found = await self._parts.traces.page(self._narrow(where), seconds=SEARCH_SECONDS)
        return msgspec.structs.replace(found, traces=[self._show(one) for one in found.traces])

    async def get(self, trace_id: str) -> Trace:
        """Return one trace by its id or the beginning of it. Raises NotFound."""
        await self._parts.capture.flush()
        trace = await self._parts.traces.get(trace_id, tenant=self._caller.tenant)
        return self._withheld.trace(trace) if self._must_withhold(trace.summary, trace_id) else trace

    async def summary(self, trace_id: str) -> TraceSummary:
        """Return one trace without its spans, by its id or the beginning of it. Raises NotFound."""
        await self._parts.capture.flush()
        found = await self._parts.traces.summary(trace_id, tenant=self._caller.tenant)
        return self._withheld.summary(found) if self._must_withhold(found, trace_id) else found

    async def steps(self, trace: TraceSummary) -> tuple[StepLine, ...]:
        """Return the steps of a trace without what they say, by beginning, 50,000 at most."""
        lines = await self._parts.traces.steps(trace.trace_id)
        return tuple(self._withheld.line(line) for line in lines) if self._must_withhold(trace) else lines

    async def spans(self, trace: TraceSummary, span_ids: Sequence[str]) -> dict[str, Span]:
        """Return these steps of a trace by their ids; those that it has not are left out."""
        found = await self._parts.traces.spans(trace.trace_id, span_ids)
        if not self._must_withhold(trace):
            return found
        return {span_id: self._withheld.span(span) for span_id, span in found.items()}

    async def step(self, trace: TraceSummary, span_id: str) -> Span:
        """Return one step of a trace. Raises NotFound."""
        found = (await self.spans(trace, (span_id,))).get(span_id)
        if found is None:
            raise NotFound(f"This trace has no step {span_id!r}.", next_step="Open the trace to see its steps.")
        return found

    async def scores(self, trace: TraceSummary) -> tuple[Score, ...]:
        """Return what scorers and people said of a trace, oldest first."""
        found = await self._parts.traces.scores(trace.trace_id)
        return tuple(map(self._withheld.score, found) if self._must_withhold(trace) else found)

    async def score(self, trace_id: str, given: Feedback) -> Score:
        """Keep what a person says of an answer, in place of what they said of it before under the same name.

        Raises NotFound for a trace that is not there for this caller, and InvalidRequest for what means nothing.
        """
        trace = await self.summary(trace_id)
        score = given.as_score(trace.trace_id, caller=self._caller)
        await self._parts.traces.replace_score(score, score_id=id_of(score, tenant=trace.tenant))
        return score

    async def sessions(self) -> tuple[Session, ...]:
        """Return the 50 conversations with the youngest turns. A withheld trace has no conversation."""
        await self._parts.capture.flush()
        return await self._parts.traces.sessions(tenant=self._caller.tenant, seen_by=self._caller.id)

    async def users(self, *, since: datetime, order: UserOrder) -> UserPage:
        """Return who asked since the moment, 50 at most. Who asked a withheld trace is not told."""
        await self._parts.capture.flush()
        asked = UserAsked(tenant=self._caller.tenant, seen_by=self._caller.id, since=since, order=order)
        return await self._parts.traces.users(asked)

    async def count_withheld(self, where: TraceFilter) -> int:
        """Return how many traces the filter lets through that are withheld from an administrator, 1,000 at most.

        0 for others, for whom these do not exist, and where the filter asks for more than is shown of them.
        """
        if not self._caller.may("admin") or not can_find_withheld(where):
            return 0
        wanted = msgspec.structs.replace(where, tenant=self._caller.tenant)
        return await self._parts.traces.count_withheld(wanted, reader=self._caller.id)

    async def sign_figures(self, feature: str | None) -> str:
        """Return what changes when the figures of the last 24 hours do: of the feature, or of all requests.

        As `count_new`, it leaves what still waits to be written.
        """
        window = WINDOWS[DEFAULT_WINDOW]
        asked = ask_for_requests(feature, window, now=self._parts.clock.now(), tenant=self._caller.tenant)
        found = await self._parts.traces.figures(msgspec.structs.replace(asked, ends=False))
        return hashlib.sha256(msgspec.json.encode(found.series)).hexdigest()[:_SIGN]

    async def count_new(self, *, since: datetime, most: int, feature: str | None) -> int:
        """Return how many traces that a list would show began at the moment or later, `most` at most.

        What still waits to be written is not among them: a page that asks again and again must not hurry the writer.
        """
        where = self._narrow(TraceFilter(feature=feature))
        return await self._parts.traces.count_begun(
            self._caller.tenant, since=since, most=most, feature=feature, seen_by=where.seen_by
        )

    def _narrow(self, where: TraceFilter) -> TraceFilter:
        """Return the filter for the caller: withheld traces are found by what is shown of them, by nothing else."""
        sees_withheld = self._caller.may("admin") and can_find_withheld(where)
        seen_by = None if sees_withheld else self._caller.id
        return msgspec.structs.replace(where, tenant=self._caller.tenant, seen_by=seen_by)

    def _show(self, one: TraceSummary) -> TraceSummary:
        return self._withheld.summary(one) if self._must_withhold(one) else one

    def _must_withhold(self, one: TraceSummary, asked_for: str = "") -> bool:
        """Tell whether only its figures may be shown. Raises NotFound where not even those may."""
        if one.is_for(self._caller):
            return False
        if one.tenant != self._caller.tenant or not self._caller.may("admin"):
            named = asked_for or one.trace_id
            raise NotFound(f"There is no trace {named!r}.", next_step="`plimsoll traces` lists them.")
        return True
