"""Reading the traces: lists, single traces, their scores; and deleting them, by person or by age.

The console, the command line and the evaluations call it through `project`. It captures nothing.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import cast

import msgspec

from plimsoll.errors import InvalidRequest, NotFound, Overloaded
from plimsoll.records import LOCAL_TENANT, Principal, Score, Span, new_id
from plimsoll.store import Store
from plimsoll.traces.compare import MOST_SAMPLED, Comparison, Side, compare_groups, read_group
from plimsoll.traces.export import ExportAsked, Exported, export_traces
from plimsoll.traces.figure_query import read_series
from plimsoll.traces.figures import FigureFilter, Figures
from plimsoll.traces.moments import moment_of, nanoseconds_of
from plimsoll.traces.prompt_uses import PromptUse, count_prompts
from plimsoll.traces.records import (
    MOST_SESSIONS,
    MOST_TRACES,
    AlikeScores,
    Session,
    Trace,
    TraceFilter,
    TracePage,
    TraceSummary,
)
from plimsoll.traces.retention import Keep, Pruned, Pruning, Sampling, Thinning
from plimsoll.traces.retrievals import RetrievedSources, count_retrieved
from plimsoll.traces.rows import CONTENT_LIMIT, REDACTOR, Redact, RowMaker, span_of
from plimsoll.traces.short_names import shorten_name
from plimsoll.traces.steps import StepLine, read_step_lines, read_steps
from plimsoll.traces.summary import session_of, summary_of
from plimsoll.traces.tables.arriving import count_begun
from plimsoll.traces.tables.deleting import blank_judge, list_of_subject
from plimsoll.traces.tables.losses import sum_losses
from plimsoll.traces.tables.reading import find_tenants, find_trace_ids, read_page, read_trace
from plimsoll.traces.tables.score_counting import insert_scores, replace_score
from plimsoll.traces.tables.scores import count_live_scores, list_scores_of, sum_judging
from plimsoll.traces.tables.sessions import list_sessions
from plimsoll.traces.tables.walking import Found, find_words
from plimsoll.traces.tables.withholding import count_closed
from plimsoll.traces.users import UserAsked, UserPage, read_users

_PREFIX = re.compile(r"[0-9a-f]{6,32}", re.ASCII)
_FULL_LENGTH = 32
_MOST_SPANS = 5_000
_PATIENT_SECONDS = 10.0
SEARCH_SECONDS = 0.15
"""How long a page waits for words to be found."""
_MOST_COMPARED = 10_000
_ASKED_AT_ONCE = 5_000
MOST_WITHHELD = 1_000
"""Withheld traces that are counted one by one."""


class Traces:
    """The traces and scores in a store of schema `traces`."""

    def __init__(self, store: Store, *, redact: Redact = REDACTOR, content_limit: int = CONTENT_LIMIT) -> None:
        self._store = store
        self._maker = RowMaker(redact, limit=content_limit)

    async def get(self, trace_id: str, *, tenant: str | None = None) -> Trace:
        """Return one trace with its first spans, 5,000 at most, by its id or by a prefix of it, 6 digits at least.

        Raises NotFound, also for another tenant's trace; InvalidRequest when the prefix is too short or fits several.
        """
        summary, spans = await self._read(trace_id, tenant, limit=_MOST_SPANS)
        scores = tuple(await self.scores(summary.trace_id))
        return Trace(summary=summary, spans=spans, omitted_spans=max(0, summary.span_count - len(spans)), scores=scores)

    async def summary(self, trace_id: str, *, tenant: str | None = None) -> TraceSummary:
        """Return one trace without its spans, by its id or by a prefix of it. Raises as `get`."""
        return (await self._read(trace_id, tenant, limit=0))[0]

    async def steps(self, trace_id: str) -> tuple[StepLine, ...]:
        """Return the steps of a trace without what they say, by beginning, 50,000 at most; none for an unknown one."""
        return await read_step_lines(self._store, trace_id)

    async def spans(self, trace_id: str, span_ids: Sequence[str]) -> dict[str, Span]:
        """Return these spans of a trace by their ids, without those that it has not."""
        return await read_steps(self._store, trace_id, span_ids=span_ids)

    async def _read(self, trace_id: str, tenant: str | None, *, limit: int) -> tuple[TraceSummary, tuple[Span, ...]]:
        full = await self._complete(trace_id, tenant)
        rows = await self._store.read(partial(read_trace, trace_id=full, limit=limit))
        if rows.summary is None or tenant not in {None, rows.summary["tenant"]}:
            raise _no_such_trace(trace_id)
        return summary_of(rows.summary), tuple(span_of(row) for row in rows.spans)

    async def count_begun(
        self, tenant: str, *, since: datetime, most: int, feature: str | None = None, seen_by: str | None = None
    ) -> int:
        """Return how many of a tenant's traces began at the moment or later, `most` at most."""
        asked = {"tenant": tenant, "since_ns": nanoseconds_of(since), "most": most}
        return await self._store.read(partial(count_begun, **asked, feature=feature, seen_by=seen_by))

    async def count_withheld(self, where: TraceFilter, *, reader: str) -> int:
        """Return how many traces the filter lets through of which this reader is shown figures only, 1,000 at most."""
        return await self._store.read(partial(count_closed, where=where, reader=reader, most=MOST_WITHHELD))

    async def find_foreign(self, trace_ids: Sequence[str], *, tenant: str) -> frozenset[str]:
        """Return those of the ids under which another tenant's trace is stored."""
        found: dict[str, str] = {}
        for begin in range(0, len(trace_ids), _ASKED_AT_ONCE):
            some = trace_ids[begin : begin + _ASKED_AT_ONCE]
            found |= await self._store.read(partial(find_tenants, trace_ids=some))
        return frozenset(trace_id for trace_id, owner in found.items() if owner != tenant)

    async def add_scores(self, scores: list[Score], *, ids: Sequence[str] = ()) -> None:
        """Keep the scores; one without a moment is dated now. With `ids`, those that are kept already stay.

        What they say is redacted and cut as spans are.
        """
        named = list(zip(ids or [new_id(self._store.clock) for _ in scores], scores, strict=True))
        # In a thread: a judge may have given long reasons for thousands of cases.
        rows = await asyncio.to_thread(lambda: [self._score_row(*one) for one in named])
        await self._store.write(partial(insert_scores, rows=rows))

    async def replace_score(self, score: Score, *, score_id: str) -> None:
        """Keep the score in place of the one with this id, where there is one; figures count the new one alone."""
        await self._store.write(partial(replace_score, row=self._score_row(score_id, score)))

    def _score_row(self, score_id: str, score: Score) -> dict[str, object]:
        columns = self._maker.make_score(score)
        return {**columns, "score_id": score_id, "at": columns["at"] or self._store.clock.now()}

    async def scores(self, trace_id: str) -> list[Score]:
        """Return the scores about a trace, oldest first; none for an unknown trace."""
        return (await self.scores_of([trace_id])).get(trace_id, [])

    async def scores_of(self, trace_ids: Sequence[str]) -> dict[str, list[Score]]:
        """Return the scores about traces by their ids, oldest first; 500 traces at most are asked for at once."""
        rows = await self._store.read(partial(list_scores_of, trace_ids=trace_ids))
        found: dict[str, list[Score]] = {}
        for row in rows:
            score = msgspec.convert({name: row[name] for name in Score.__struct_fields__}, Score)
            found.setdefault(str(row["trace_id"]), []).append(score)
        return found

    async def live_scores(self, feature: str, *, since: datetime) -> list[AlikeScores]:
        """Return all scores since the moment about live requests to a feature, those that say the same together."""
        rows = await self._store.read(partial(count_live_scores, feature=feature, since=since))
        return [msgspec.convert(row, AlikeScores) for row in rows]

    async def judging_cost(self, names: frozenset[str], *, since: datetime) -> float | None:
        """Return what live scores of these names cost since the moment; None when a price is unknown."""
        row = await self._store.read(partial(sum_judging, names=sorted(names), since=since))
        return None if row["unpriced"] else cast("float", row["cost_usd"])

    async def retrieved(self, corpus: str, *, since: datetime) -> RetrievedSources:
        """Return which documents of a corpus were found since the moment, evaluations included."""
        return await count_retrieved(self._store, corpus, since=since)

    async def prompt_uses(self, *, since: datetime) -> tuple[PromptUse, ...]:
        """Return which versions of prompts answered since the moment, and how often."""
        return await count_prompts(self._store, since=since)

    async def figures(self, where: FigureFilter) -> Figures:
        """Return counts, percentiles, cost and quality over time; no span is read for it. Raises InvalidRequest."""
        return await read_series(self._store, where)

    async def compare(
        self, first: Side, second: Side, *, caller: Principal, most: int = MOST_SAMPLED, seed: int = 0
    ) -> Comparison:
        """Compare two groups of live requests, of those that the caller may see; at most so many are drawn of each.

        Traces of more than 300 spans are left out. Raises InvalidRequest for a number outside 1 to 10,000.
        """
        if not 1 <= most <= _MOST_COMPARED:
            raise InvalidRequest(f"most={most!r} is not a number of traces from 1 to {_MOST_COMPARED}.")
        groups = [await read_group(self._store, side, caller=caller, most=most, seed=seed) for side in (first, second)]
        return await asyncio.to_thread(partial(compare_groups, groups[0], groups[1], seed=seed))

    async def losses(self, *, since: datetime) -> int:
        """Return how many spans were lost since the moment, in every process; for want of room or of a database."""
        return await self._store.read(partial(sum_losses, since=since))

    async def erase(self, subject: str, *, tenant: str = LOCAL_TENANT) -> int:
        """Delete the person's traces with the scores about them, and their name and words in other scores.

        Returns how many traces and scores that were. Call `Capture.flush()` first: what still waits to be written is
        not in the store yet. It goes in transactions of some milliseconds; a trace that takes several is seen by nobody
        after the first, and is finished by the next call, or by `prune`, where the process died. Deleted content is
        overwritten in the SQLite file and its log.
        """
        theirs = await self._store.read(partial(list_of_subject, subject=shorten_name(subject), tenant=tenant))
        blanked = await self._store.write(partial(blank_judge, judge=shorten_name(subject)))
        pruning = Pruning(self._store)
        # Nobody is named any more on what is left of a trace that is being pruned: it may be the person's.
        await pruning.finish()
        await pruning.leave_out(theirs)
        await pruning.clean_texts()
        if not await pruning.empty_log():
            await self._store.checkpoint()
        return len(theirs) + blanked

    async def prune(
        self, keep: Keep, *, is_trial: bool = False, told: Callable[[int], None] = lambda _: None
    ) -> Pruned:
        """Delete the traces that need not stay, oldest first, and return what went; a trial only counts.

        It goes in transactions of some milliseconds with rests between, so that traces are written meanwhile. `told`
        hears how many spans went so far. What went stays gone when it is cancelled, and the next call goes on.
        """
        return await Pruning(self._store, is_trial=is_trial, told=told).run(keep)

    async def thin(self, sampling: Sampling) -> int:
        """Leave out, of the traces of the last two days that have ended, all but a share drawn by chance.

        Return how many went. Figures keep counting them; `TraceSummary.inclusion` says what those that stay stand for.
        """
        return await Thinning(self._store, sampling).run()

    async def export(self, asked: ExportAsked, *, told: Callable[[int], None]) -> Exported:
        """Write traces, or their steps, to a file as a whole or not at all; `told` hears how many were written so far.

        Raises InvalidRequest for a form that there is not, MissingPart, DiskFull, StoreUnavailable.
        """
        return await export_traces(self._store, asked, told=told)

    async def _complete(self, text: str, tenant: str | None) -> str:
        if _PREFIX.fullmatch(text) is None:
            raise InvalidRequest(f"{text!r} is no trace id: give 6 to 32 hexadecimal digits.")
        if len(text) == _FULL_LENGTH:
            return text
        matches = await self._store.read(partial(find_trace_ids, prefix=text, tenant=tenant))
        if not matches:
            raise _no_such_trace(text)
        if len(matches) > 1:
            shown = ", ".join(matches)
            raise InvalidRequest(f"Several traces begin with {text!r}: {shown}.", next_step="Give more digits.")
        return matches[0]

    async def list(self, where: TraceFilter | None = None) -> list[TraceSummary]:
        """Return a page of traces in the filter's order; ask for the next one with `before`.

        Raises InvalidRequest for a limit outside 1 to 500, NotFound when `before` names no trace, Overloaded when
        words cannot be looked for everywhere within ten seconds.
        """
        page = await self.page(where, seconds=_PATIENT_SECONDS)
        if page.reached is not None:
            raise Overloaded(
                f"In {_PATIENT_SECONDS:g} s the words were looked for in requests since {page.reached} only.",
                next_step="Narrow the search by time or by feature, or give more letters.",
            )
        return page.traces

    async def page(self, where: TraceFilter | None = None, *, seconds: float = SEARCH_SECONDS) -> TracePage:
        """Return a page of traces as `list` does; a search for words takes about so many seconds at most.

        Where that is too short, the page says down to which moment was looked: go on with `until`.
        """
        asked = where or TraceFilter()
        if not 1 <= asked.limit <= MOST_TRACES:
            raise InvalidRequest(f"A page holds 1 to {MOST_TRACES} traces, not {asked.limit!r}.")
        if asked.text:
            found = await self._store.read(partial(find_words, where=asked, seconds=seconds))
        else:
            rows = await self._store.read(partial(read_page, where=asked))
            found = None if rows is None else Found(rows)
        if found is None:
            raise NotFound(f"There is no trace {asked.before!r} to list older ones of.")
        reached = None if found.reached_ns is None else moment_of(found.reached_ns)
        return TracePage(traces=[summary_of(row) for row in found.rows], reached=reached)

    async def sessions(self, *, tenant: str, seen_by: str, limit: int = MOST_SESSIONS) -> tuple[Session, ...]:
        """Return the conversations of a tenant with the youngest turns, as far as the caller may see these."""
        rows = await self._store.read(partial(list_sessions, tenant=tenant, seen_by=seen_by, limit=limit))
        return tuple(session_of(row) for row in rows)

    async def users(self, asked: UserAsked) -> UserPage:
        """Return who asked over a while, as far as the reader may see it: by its newest 20,000 requests."""
        return await read_users(self._store, asked)


def _no_such_trace(trace_id: str) -> NotFound:
    return NotFound(f"There is no trace {trace_id!r}.", next_step="`plimsoll traces` lists them.")
