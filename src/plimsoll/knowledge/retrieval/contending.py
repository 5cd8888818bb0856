"""Which of the chunks that the index proposed may become passages: those that still exist, fresh, each text once. Pure.

`search` runs it in a worker thread, on what the table of truth returned for this caller.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import msgspec

from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.knowledge.retrieval.duplicates import drop_repeats
from plimsoll.knowledge.retrieval.freshness import Freshness
from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.retrieve import Search
from plimsoll.knowledge.tables.found import FoundChunks

_BESIDE = 2


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """The contenders of one retrieval."""

    contenders: tuple[Contender, ...]
    """Those that may become passages, best first."""
    stale: tuple[Contender, ...] = ()
    """Those that were left out since they are too old, best first."""


def count_wanted(plan: RetrievalPlan) -> int:
    """Return how many contenders the plan's steps choose from."""
    wanted = plan.passages
    if plan.widen != "none" or plan.token_budget:
        wanted *= _BESIDE
    return max(wanted, plan.rerank_candidates) if plan.rerank else wanted


def contend(searches: Sequence[Search], found: FoundChunks, *, plan: RetrievalPlan, freshness: Freshness) -> Field:
    """Return the field, the searches of several questions in turn, so that each has its best ones there."""
    fresh: list[Contender] = []
    stale: list[Contender] = []
    for contender in _in_turn(searches, found):
        chunk = contender.chunk
        if not plan.where.matches(chunk.metadata, origin=chunk.origin, source=chunk.source):
            continue  # the index is older than what the source says of the document now
        is_left_out = plan.leave_out_stale and freshness.is_stale(contender.chunk)
        (stale if is_left_out else fresh).append(contender)
    return Field(
        contenders=tuple(drop_repeats(fresh, most=count_wanted(plan))),
        stale=tuple(drop_repeats(stale, most=plan.passages)),
    )


def _in_turn(searches: Sequence[Search], found: FoundChunks) -> Iterator[Contender]:
    seen: set[str] = set()
    for rank in zip_longest(*(search.candidates for search in searches)):
        for question, candidate in enumerate(rank):
            if candidate is None or candidate.chunk_id in seen or candidate.chunk_id not in found.chunks:
                continue
            seen.add(candidate.chunk_id)
            chunk = found.chunks[candidate.chunk_id]
            yield Contender(
                chunk=chunk,
                row=candidate.row,
                score=candidate.score,
                found_by=candidate.found_by,
                question=question,
            )
