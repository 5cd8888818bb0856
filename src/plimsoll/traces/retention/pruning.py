"""Delete in steps: choose in a snapshot, delete what is still old enough in a transaction of ten milliseconds, rest.

One writer serves an SQLite file, so what a step takes is what another write may wait. What fits into a step is
told from what the last ones took. `Traces.prune` makes one of these a call.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from plimsoll.store import Store
from plimsoll.traces.moments import nanoseconds_of
from plimsoll.traces.retention.keep import Keep, Pruned
from plimsoll.traces.retention.steps import Pace, Steps
from plimsoll.traces.tables.cleaning import blank_gone, clean_parts, end_cleaning
from plimsoll.traces.tables.deleting import (
    Gone,
    Leaving,
    delete_figures,
    delete_hidden,
    delete_old,
    find_hidden,
    hide_trace,
    list_leaving,
    list_old_figures,
)
from plimsoll.traces.tables.schema import FIGURES, SCORE_FIGURES
from plimsoll.traces.tables.size import count_free_pages, measure_size, shrink
from plimsoll.traces.tables.timed import Change

_SPANS_FIRST, _PAGES_FIRST, _PARTS_FIRST = 64, 64, 32
_CHOSEN_AT_ONCE = 2_000
_ALL = 2**62
_LOG_TRIES = 100
_UNDER_WAY = timedelta(minutes=10)
_FREE_SHARE = 0.05
"""Free pages that are left for traces to come, as a share of the file."""
Told = Callable[[int], None]
"""Hears how many spans went so far."""


class Pruning:
    """One pruning of one store; a trial only counts."""

    def __init__(
        self, store: Store, *, is_trial: bool = False, spares_scored: bool = False, told: Told = lambda _: None
    ) -> None:
        self._store = store
        self._told = told
        self._delete_old = partial(delete_old, spares_scored=spares_scored)
        self._hide = partial(hide_trace, spares_scored=spares_scored)
        self._is_trial = is_trial
        self._counted: set[str] = set()
        self._steps = Steps(store)
        self._spans_a_step = Pace(_SPANS_FIRST, fewest=_SPANS_FIRST)
        self._pages_a_step = Pace(_PAGES_FIRST, fewest=_PAGES_FIRST // 4)
        self._parts_a_step = Pace(_PARTS_FIRST, fewest=_PARTS_FIRST // 4)
        self.traces = self._spans = 0

    async def run(self, keep: Keep) -> Pruned:
        """Delete what need not stay, and return what that was. Raises what the store raises; what went stays gone."""
        before = await self._store.read(measure_size)
        if not self._is_trial:
            await self.finish()
        if keep.since is not None:
            await self._delete(nanoseconds_of(min(keep.since, keep.marked_since or keep.since)))
            await self._delete(nanoseconds_of(keep.since), spares_marked=True)
        if keep.most_bytes is not None:
            await self._prune_large(keep.most_bytes)
        if not self._is_trial:
            if keep.figures_since is not None:
                await self._prune_figures(int(keep.figures_since.timestamp()))
            await self.clean_texts()
            await self._give_back()
            await self.empty_log()
        after = await self._store.read(measure_size)
        left = before.used_bytes - int(self._spans * before.bytes_per_span) if self._is_trial else after.used_bytes
        return Pruned(
            traces=self.traces,
            spans=self._spans,
            bytes_before=before.used_bytes,
            bytes_after=max(0, left),
            file_bytes=after.file_bytes,
        )

    async def leave_out(self, leaving: Sequence[Leaving], before_ns: int = _ALL) -> None:
        """Delete these traces, as far as they ended before."""
        for some in self._portions(leaving, most=_ALL):
            await self._delete_some(some, before_ns)

    async def clean_texts(self) -> None:
        """Take what deleted traces said out of the index of words."""
        while (stale := (await self._steps.take(blank_gone)).done) is not None:
            first = 0
            while first < stale.parts:
                last = min(stale.parts, first + self._parts_a_step.size)
                clean = partial(clean_parts, stale=stale, first=first, last=last)
                self._parts_a_step.note(last - first, (await self._steps.take(clean)).cost)
                first = last
            if stale.parts:
                await self._steps.take(partial(end_cleaning, stale=stale))

    async def empty_log(self) -> bool:
        """Empty SQLite's log as soon as nobody reads in it; return whether that came to be within some seconds."""
        return await self._steps.empty_log(tries=_LOG_TRIES)

    async def _prune_figures(self, before: int) -> None:
        for table in (FIGURES, SCORE_FIGURES):
            choose = partial(list_old_figures, table=table, before=before, limit=_CHOSEN_AT_ONCE)
            while old := await self._store.read(choose):
                await self._steps.take(partial(delete_figures, table=table, ids=old))

    async def _prune_large(self, most_bytes: int) -> None:
        before_ns = nanoseconds_of(self._store.clock.now() - _UNDER_WAY)
        for spares_marked in (True, False):
            # Spans are of different sizes, so it is measured anew until the rest fits.
            while (excess := await self._excess(most_bytes)) > 0:
                if not await self._delete(before_ns, spares_marked=spares_marked, most_spans=excess):
                    break
                # What was said of them takes room as well: measured with it, more would go than has to.
                if not self._is_trial:
                    await self.clean_texts()

    async def _excess(self, most_bytes: int) -> int:
        """Return how many spans of the mean size lie beyond."""
        size = await self._store.read(measure_size)
        beyond = size.used_bytes - most_bytes
        spans = math.ceil(beyond / size.bytes_per_span) if beyond > 0 and size.bytes_per_span > 0 else 0
        return spans - self._spans if self._is_trial else spans

    async def _delete(self, before_ns: int, *, spares_marked: bool = False, most_spans: int = _ALL) -> int:
        """Delete the oldest traces that ended before, until so many spans are gone; return how many that were."""
        after = (0, "")
        left = most_spans
        choose = partial(list_leaving, before_ns=before_ns, spares_marked=spares_marked, limit=_CHOSEN_AT_ONCE)
        while left > 0 and (chosen := await self._store.read(partial(choose, after=after))):
            after = (chosen[-1].start_ns, chosen[-1].trace_id)
            for some in self._portions([one for one in chosen if one.trace_id not in self._counted], most=left):
                left -= await self._delete_some(some, before_ns)
            await self._give_back()
        return most_spans - left

    def _portions(self, chosen: Sequence[Leaving], *, most: int) -> Iterator[Sequence[Leaving]]:
        """Yield the traces in portions of one step each, as long as spans are left to delete."""
        begin, promised = 0, 0
        while begin < len(chosen) and promised < most:
            end, spans = begin, 0
            while end < len(chosen) and promised + spans < most:
                spans += chosen[end].span_count
                if end > begin and spans > self._spans_a_step.size:
                    spans -= chosen[end].span_count
                    break
                end += 1
            yield chosen[begin:end]
            begin, promised = end, promised + spans

    async def _delete_some(self, some: Sequence[Leaving], before_ns: int) -> int:
        if self._is_trial:
            self._counted.update(one.trace_id for one in some)
            return self._count(len(some), sum(one.span_count for one in some))
        if some[0].span_count > 2 * self._spans_a_step.size:
            return await self._delete_long(some[0].trace_id, before_ns)
        gone = await self._step(
            partial(self._delete_old, trace_ids=[one.trace_id for one in some], before_ns=before_ns)
        )
        return self._count(gone.traces, gone.spans)

    async def _delete_long(self, trace_id: str, before_ns: int) -> int:
        """Delete a trace that takes several steps: nobody sees it any more after the first."""
        hiding = await self._steps.take(partial(self._hide, trace_id=trace_id, before_ns=before_ns))
        return await self._delete_hidden(trace_id, before_ns) if hiding.done else 0

    async def finish(self) -> None:
        """Delete the spans of traces that were hidden by whoever died before they were deleted."""
        while hidden := await self._store.read(find_hidden):
            for trace_id, before_ns in hidden:
                await self._delete_hidden(trace_id, before_ns)

    async def _delete_hidden(self, trace_id: str, before_ns: int) -> int:
        spans = 0
        while True:
            some = partial(delete_hidden, trace_id=trace_id, before_ns=before_ns, limit=self._spans_a_step.size)
            gone = await self._step(some)
            spans += self._count(gone.traces, gone.spans)
            if gone.traces:
                return spans

    async def _step(self, delete: Change[Gone]) -> Gone:
        taken = await self._steps.take(delete)
        self._spans_a_step.note(taken.done.spans, taken.cost)
        return taken.done

    async def _give_back(self) -> None:
        """Give free pages of SQLite back to the disk, a few a transaction, but for some that new traces will take.

        While traces are deleted as well, not only afterwards: SQLite looks for each page that is given back among all
        free ones, which takes a time that grows with the square of their number.
        """
        if self._is_trial:
            return
        while (left := await self._store.read(count_free_pages)).can_go and left.free > _FREE_SHARE * left.pages:
            pages = self._pages_a_step.size
            self._pages_a_step.note(pages, (await self._steps.take(partial(shrink, pages=pages))).cost)

    def _count(self, traces: int, spans: int) -> int:
        self.traces += traces
        self._spans += spans
        self._told(self._spans)
        return spans
