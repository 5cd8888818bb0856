"""Delete in steps: choose in a snapshot, delete what is still old enough in a transaction of ten milliseconds, rest.

One writer serves an SQLite file, so what a step takes is what another write may wait. Steps are told in spans, and
their number follows the time that the last ones took. `Traces.prune` makes one of these a call.
"""

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from plimsoll.store import Store
from plimsoll.traces.moments import nanoseconds_of
from plimsoll.traces.retention.keep import Keep, Pruned
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
from plimsoll.traces.tables.timed import Change, T, Timed

_AIM_SECONDS = 0.008
"""What a step may take: the one writer of an SQLite file waits for it, in PostgreSQL who needs a row that it holds."""
_LONGEST_REST_SECONDS = 0.05
_FEWEST, _FIRST, _MOST = 5, 50, 2_000
_SLOWER, _FASTER = 0.25, 1.25
_CHOSEN_AT_ONCE = 500
_ALL = 2**62
_LOG_TRIES = 100
_FOLDED_EVERY = 4
"""Steps after which SQLite's log is folded in: some megabytes, a quarter of what would make a commit do it."""
_UNDER_WAY = timedelta(minutes=10)
_PAGES_FIRST = 64
_PARTS_FIRST = 32
_FREE_SHARE = 0.05
"""Free pages that are left for traces to come, as a share of the file."""


class Pruning:
    """One pruning of one store; a trial only counts."""

    def __init__(self, store: Store, *, is_trial: bool = False, spares_scored: bool = False) -> None:
        self._store = store
        self._delete_old = partial(delete_old, spares_scored=spares_scored)
        self._hide = partial(hide_trace, spares_scored=spares_scored)
        self._is_trial = is_trial
        self._counted: set[str] = set()
        self._budget = _FIRST
        self._steps = 0
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
            await self._empty_log()
        after = await self._store.read(measure_size)
        left = before.used_bytes - int(self._spans * before.bytes_per_span) if self._is_trial else after.used_bytes
        return Pruned(
            traces=self.traces,
            spans=self._spans,
            bytes_before=before.used_bytes,
            bytes_after=max(0, left),
            file_bytes=after.file_bytes,
        )

    async def leave_out(self, leaving: Sequence[Leaving], before_ns: int) -> None:
        """Delete these traces, as far as they may still go."""
        for some in self._portions(leaving, most=_ALL):
            await self._delete_some(some, before_ns)

    async def clean_texts(self) -> None:
        """Take what deleted traces said out of the index of words."""
        parts = _PARTS_FIRST
        while (stale := (await self._timed(blank_gone))[0]) is not None:
            first = 0
            while first < stale.parts:
                _, took = await self._timed(partial(clean_parts, stale=stale, first=first, last=first + parts))
                first, parts = first + parts, self._fitted(parts, took)
            if stale.parts:
                await self._timed(partial(end_cleaning, stale=stale))

    async def _empty_log(self) -> None:
        """Empty SQLite's log once nobody reads in it, so that deleted words are gone from it as well.

        Where somebody always does, the next pruning or the end of the process does so.
        """
        for _ in range(_LOG_TRIES):
            await self._store.fold_beside()
            if await self._store.empty_log():
                return
            await asyncio.sleep(_LONGEST_REST_SECONDS)

    async def _prune_figures(self, before: int) -> None:
        for table in (FIGURES, SCORE_FIGURES):
            choose = partial(list_old_figures, table=table, before=before, limit=_CHOSEN_AT_ONCE)
            while old := await self._store.read(choose):
                await self._timed(partial(delete_figures, table=table, ids=old))

    async def _prune_large(self, most_bytes: int) -> None:
        before_ns = nanoseconds_of(self._store.clock.now() - _UNDER_WAY)
        for spares_marked in (True, False):
            # Spans are of different sizes, so it is measured anew until the rest fits.
            while (excess := await self._excess(most_bytes)) > 0:
                if not await self._delete(before_ns, spares_marked=spares_marked, most_spans=excess):
                    break

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
        return most_spans - left

    def _portions(self, chosen: Sequence[Leaving], *, most: int) -> Iterator[Sequence[Leaving]]:
        """Yield the traces in portions of one step each, as long as spans are left to delete."""
        begin, promised = 0, 0
        while begin < len(chosen) and promised < most:
            end, spans = begin, 0
            while end < len(chosen) and promised + spans < most:
                spans += chosen[end].span_count
                if end > begin and spans > self._budget:
                    spans -= chosen[end].span_count
                    break
                end += 1
            yield chosen[begin:end]
            begin, promised = end, promised + spans

    async def _delete_some(self, some: Sequence[Leaving], before_ns: int) -> int:
        if self._is_trial:
            self._counted.update(one.trace_id for one in some)
            return self._count(len(some), sum(one.span_count for one in some))
        if some[0].span_count > min(_MOST, 2 * self._budget):
            return await self._delete_long(some[0].trace_id, before_ns)
        gone = await self._step(
            partial(self._delete_old, trace_ids=[one.trace_id for one in some], before_ns=before_ns)
        )
        return self._count(gone.traces, gone.spans)

    async def _delete_long(self, trace_id: str, before_ns: int) -> int:
        """Delete a trace that takes several steps: nobody sees it any more after the first."""
        is_hidden, _ = await self._timed(partial(self._hide, trace_id=trace_id, before_ns=before_ns))
        return await self._delete_hidden(trace_id, before_ns) if is_hidden else 0

    async def finish(self) -> None:
        """Delete the spans of traces that were hidden by whoever died before they were deleted."""
        while hidden := await self._store.read(find_hidden):
            for trace_id, before_ns in hidden:
                await self._delete_hidden(trace_id, before_ns)

    async def _delete_hidden(self, trace_id: str, before_ns: int) -> int:
        spans = 0
        while True:
            some = partial(delete_hidden, trace_id=trace_id, before_ns=before_ns, limit=self._budget)
            gone = await self._step(some)
            spans += self._count(gone.traces, gone.spans)
            if gone.traces:
                return spans

    async def _step(self, delete: Change[Gone]) -> Gone:
        gone, took = await self._timed(delete)
        self._budget = self._fitted(self._budget, took)
        return gone

    async def _timed(self, change: Change[T]) -> tuple[T, float]:
        """Run one transaction and leave the writer alone for as long as it took; return those seconds.

        Its log is folded in meanwhile: other writers do not wait for that.
        """
        timed = Timed(change)
        done = await self._store.write(timed)
        took = timed.seconds()
        begun = time.perf_counter()
        self._steps += 1
        if self._steps % _FOLDED_EVERY == 0:
            await self._store.fold_beside()
        await asyncio.sleep(min(took, _LONGEST_REST_SECONDS) - (time.perf_counter() - begun))
        return done, took

    async def _give_back(self) -> None:
        """Give free pages of SQLite back to the disk, a few a transaction, but for some that new traces will take."""
        pages = _PAGES_FIRST
        while (left := await self._store.read(count_free_pages)).can_go and left.free > _FREE_SHARE * left.pages:
            _, took = await self._timed(partial(shrink, pages=pages))
            pages = self._fitted(pages, took)

    def _fitted(self, size: int, took: float) -> int:
        """Return the size of the next step, after one of this size that took so many seconds."""
        return int(min(_MOST, max(_FEWEST, size * min(_FASTER, max(_SLOWER, _AIM_SECONDS / took)))))

    def _count(self, traces: int, spans: int) -> int:
        self.traces += traces
        self._spans += spans
        return spans
