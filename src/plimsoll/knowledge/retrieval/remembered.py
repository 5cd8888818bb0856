"""The last good results, for a question that comes again while nothing answers in time.

`search` keeps them by question, plan and everything that decides what the caller may read. What is taken out is looked
up in the truth again before it is served: a deleted document does not answer, however late the index is.
"""

from collections import OrderedDict

import msgspec

from plimsoll.knowledge.readers import names_of
from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.result import RetrievalResult
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
        return self._results.get(key)

    def clear(self) -> None:
        """Forget all of them."""
        self._results.clear()


def key_of(texts: tuple[str, ...], plan: RetrievalPlan, caller: Principal) -> bytes:
    """Return the key of what was asked, and of everything that decides what the caller may read."""
    return msgspec.json.encode((texts, plan, caller.tenant, sorted(names_of(caller))), order="deterministic")


def ids_of(passages: tuple[Passage, ...]) -> list[str]:
    """Return the chunks of the passages."""
    return [chunk_id for passage in passages for chunk_id in passage.chunk_ids()]
