"""Leave traces out at random, with chances that are known: what is stored of the rest stands for all of them.

The figures have counted every trace by then, so counts, percentiles, cost and quality stay exact; what is thinned is
what traces say. An estimate from stored traces weighs each by one over its `inclusion` (Horvitz and Thompson, 1952).
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import msgspec

from plimsoll.store import Store
from plimsoll.traces.moments import nanoseconds_of
from plimsoll.traces.retention.pruning import Pruning
from plimsoll.traces.tables.deleting import Leaving
from plimsoll.traces.tables.thinning import Candidate, list_candidates, note_chances

_AT_ONCE = 500
_ENDED = timedelta(minutes=10)
"""Late spans and live scores have come by then."""
_LOOKED_BACK = timedelta(days=2)
_ALL = 1 << 64


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Which share of traces stays. Those that failed, that were scored, and cases of evaluations all stay."""

    rate: float = 1.0
    """Of features that are not named, and of traces of none."""
    features: Mapping[str, float] = {}
    """Of features, by name."""
    slow_ms: float = 0.0
    """Traces that took as long all stay; 0: none for that."""

    def share_of(self, feature: str | None) -> float:
        """Return the share of a feature's traces that stays."""
        return self.features.get(feature or "", self.rate)


def is_drawn(trace_id: str, share: float) -> bool:
    """Tell whether a trace is among this share: always the same, and whoever is in a share is in every larger one."""
    number = int.from_bytes(hashlib.blake2b(trace_id.encode(), digest_size=8).digest())
    return number < share * _ALL


class Thinning:
    """One thinning of one store."""

    def __init__(self, store: Store, sampling: Sampling) -> None:
        self._store = store
        self._sampling = sampling
        self._pruning = Pruning(store, spares_scored=True)

    async def run(self) -> int:
        """Leave out traces of the last two days that have ended; return how many. Raises what the store raises."""
        if min(self._sampling.rate, *self._sampling.features.values(), 1.0) >= 1:
            return 0
        now = self._store.clock.now()
        before_ns = nanoseconds_of(now - _ENDED)
        after = (nanoseconds_of(now - _LOOKED_BACK), "")
        choose = partial(list_candidates, before_ns=before_ns, limit=_AT_ONCE)
        while found := await self._store.read(partial(choose, after=after)):
            after = (found[-1].start_ns, found[-1].trace_id)
            await self._thin([one for one in found if self._may_go(one)], before_ns)
        await self._pruning.clean_texts()
        return self._pruning.traces

    def _may_go(self, one: Candidate) -> bool:
        share = self._sampling.share_of(one.feature)
        is_slow = 0 < self._sampling.slow_ms <= one.duration_ns / 1e6
        # Whoever stayed with a chance as small has stood this test already.
        return share < 1 and not is_slow and (one.chance is None or one.chance > share)

    async def _thin(self, found: list[Candidate], before_ns: int) -> None:
        staying: dict[float, list[str]] = defaultdict(list)
        leaving: list[Leaving] = []
        for one in found:
            share = self._sampling.share_of(one.feature)
            if is_drawn(one.trace_id, share):
                staying[share].append(one.trace_id)
            else:
                leaving.append(Leaving(one.trace_id, one.start_ns, one.span_count))
        for share, trace_ids in staying.items():
            await self._store.write(partial(note_chances, trace_ids=trace_ids, chance=share))
        await self._pruning.leave_out(leaving, before_ns)
