"""Fits passages into a budget of tokens, best first, and puts them into the order in which they are read. Pure.

Tokens are counted by a function that comes in: the embedding model's own count. What does not fit whole is tried with
its own chunk alone, then left out and named; a smaller one after it may still fit.
"""

from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from plimsoll.knowledge.retrieval.contender import Stretch
from plimsoll.knowledge.retrieval.plan import Order
from plimsoll.knowledge.retrieval.result import LeftOut
from plimsoll.knowledge.retrieval.widening import narrow, text_of

CountTokens = Callable[[str], int]
"""Counts the tokens of a text."""


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into the context."""

    stretches: tuple[Stretch, ...]
    """Those that fit, best first."""
    left_out: tuple[LeftOut, ...] = ()
    """Those that did not, best first."""
    tokens: int = 0
    """Tokens of those that fit; 0 where none were counted."""


def pack(stretches: Sequence[Stretch], *, most: int, token_budget: int, count_tokens: CountTokens) -> Packed:
    """Return the first `most` stretches that fit into the budget together; a budget of 0 holds everything."""
    if not token_budget:
        return Packed(stretches=tuple(stretches[:most]))
    kept: list[Stretch] = []
    left_out: list[LeftOut] = []
    used = 0
    waiting = deque(stretches)
    while waiting and len(kept) < most:
        stretch = waiting.popleft()
        tokens = count_tokens(text_of(stretch.chunks))
        if used + tokens <= token_budget:
            kept.append(stretch)
            used += tokens
        elif len(stretch.chunks) > 1:
            # Contenders that lay in the wide one stand for themselves again.
            waiting.extendleft(Stretch(best=one, chunks=(one.chunk,)) for one in reversed(stretch.others))
            waiting.appendleft(narrow(stretch))
        else:
            chunk = stretch.best.chunk
            left_out.append(LeftOut(chunk_id=chunk.id, source=chunk.source, reason="budget", tokens=tokens))
    return Packed(stretches=tuple(kept), left_out=tuple(left_out), tokens=used)


def put_in_order(stretches: Sequence[Stretch], order: Order) -> list[Stretch]:
    """Return the stretches as they came, or those of one document together in its order, the best document first."""
    if order == "best":
        return list(stretches)
    ranks: dict[str, int] = {}
    for stretch in stretches:
        ranks.setdefault(stretch.best.chunk.document_id, len(ranks))
    return sorted(stretches, key=lambda one: (ranks[one.best.chunk.document_id], one.chunks[0].start))
