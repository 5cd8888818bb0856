"""The last good results, for a question that comes again while nothing answers in time.

`search` keeps them by question, plan and everything that decides what the caller may read. What is taken out is looked
up in the truth again before it is served: what was deleted, closed to the caller or grew too old does not answer.
"""

from collections import OrderedDict

import msgspec

from plimsoll.knowledge.readers import PUBLIC, names_of
from plimsoll.knowledge.retrieval.freshness import Freshness
from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.result import LeftOut, RetrievalResult
from plimsoll.knowledge.tables.found import FoundChunks
from plimsoll.records import Passage, Principal

_MOST_RESULTS = 256


class RememberedResults:
    """Results by who asked what; the least recently used go first."""

    def __init__(self) -> None:
        self._results: OrderedDict[bytes, RetrievalResult] = OrderedDict()

    def keep(self, key: bytes, result: RetrievalResult) -> None:
        """Keep a result, unless it had to do without something itself."""
        if result.degraded:
            return
        self._results[key] = result
        self._results.move_to_end(key)
        while len(self._results) > _MOST_RESULTS:
            self._results.popitem(last=False)

    def find(self, key: bytes) -> RetrievalResult | None:
        """Return what is kept under the key."""
        if key in self._results:
            self._results.move_to_end(key)
        return self._results.get(key)

    def clear(self) -> None:
        """Forget all of them."""
        self._results.clear()


def key_of(texts: tuple[str, ...], plan: RetrievalPlan, caller: Principal) -> bytes:
    """Return the key of what was asked, and of everything that decides what the caller may read."""
    return msgspec.json.encode((texts, plan, caller.tenant, sorted(names_of(caller))), order="deterministic")


def ids_of(known: RetrievalResult) -> list[str]:
    """Return every chunk that the result names."""
    shown = [chunk_id for passage in known.passages for chunk_id in passage.chunk_ids()]
    return [*shown, *(one.chunk_id for one in known.left_out)]


def bring_up_to_date(
    known: RetrievalResult, found: FoundChunks, *, plan: RetrievalPlan, freshness: Freshness
) -> RetrievalResult | None:
    """Return what of the result still stands, with its age as it is now; None where nothing of it does.

    Documents that said the same are no longer named: it is not known whether the caller may still read those.
    """
    standing = [_as_it_is(passage, found, freshness) for passage in known.passages if _stands(passage, found, plan)]
    stale = [one for one in standing if plan.leave_out_stale and one.is_stale]
    kept = tuple(one for one in standing if one not in stale)
    if known.passages and not standing:
        return None
    rests_on = _rests_on(known)
    is_whole = len(kept) == len(known.passages)
    is_answerable = known.is_answerable and (is_whole or rests_on in {one.chunk_id for one in kept})
    was_stale = known.is_answerable and rests_on in {one.chunk_id for one in stale}
    return msgspec.structs.replace(
        known,
        passages=kept,
        is_answerable=is_answerable,
        answerability=known.answerability if is_whole or is_answerable else 0.0,
        finding=known.finding if is_whole or is_answerable else "stale" if was_stale else "irrelevant",
        left_out=(*map(_too_old, stale), *(one for one in known.left_out if one.chunk_id in found.chunks)),
        tokens=known.tokens if is_whole else 0,
        found_by={one.chunk_id: known.found_by[one.chunk_id] for one in kept},
        signals=known.signals if is_whole or is_answerable else None,
    )


def _stands(passage: Passage, found: FoundChunks, plan: RetrievalPlan) -> bool:
    """Tell whether all of the passage may still be read, and the filter still means its document."""
    chunk = found.chunks.get(passage.chunk_id)
    return (
        chunk is not None
        and all(chunk_id in found.chunks for chunk_id in passage.chunk_ids())
        and plan.where.matches(chunk.metadata, origin=chunk.origin, source=chunk.source)
    )


def _as_it_is(passage: Passage, found: FoundChunks, freshness: Freshness) -> Passage:
    chunk = found.chunks[passage.chunk_id]
    return msgspec.structs.replace(
        passage,
        checked_at=chunk.checked_at,
        modified_at=chunk.modified_at,
        age_seconds=freshness.age_of(chunk).total_seconds(),
        is_stale=freshness.is_stale(chunk),
        is_open=PUBLIC in chunk.readers,
        also_in=(),
    )


def _rests_on(known: RetrievalResult) -> str:
    """Return the passage that the answerability rests on, by its chunk: of one question that with the best sentence.

    Of several questions it is not known which; then it rests on all of them, and none is returned.
    """
    if known.questions or not known.passages:
        return ""
    return max(known.passages, key=lambda one: max((mark.score for mark in one.highlights), default=0.0)).chunk_id


def _too_old(passage: Passage) -> LeftOut:
    return LeftOut(chunk_id=passage.chunk_id, source=passage.source, reason="stale")
