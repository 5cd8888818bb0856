"""What retrieval found lately, by the spans that it left: which documents were shown, to whomever asked.

The knowledge audit calls it through the project. Where content is not kept in traces, nothing is known.
"""

from datetime import datetime
from functools import partial

import msgspec

from plimsoll.store import Store
from plimsoll.traces.tables.reading import list_retrievals

_MOST = 20_000
_DOCUMENTS = "gen_ai.retrieval.documents"


class _Shown(msgspec.Struct):
    source: str


class RetrievedSources(msgspec.Struct, frozen=True, kw_only=True):
    """Which documents a corpus found."""

    counts: dict[str, int]
    """How many questions found each document, by its source."""
    questions: int
    """Retrievals that were looked at: the newest 20,000 at most."""
    unreadable: int
    """Retrievals of which it is not known what they found: their content was cut or not kept."""


async def count_retrieved(store: Store, corpus: str, *, since: datetime) -> RetrievedSources:
    """Count, for each document of a corpus, the retrievals since the moment that found it; evaluations included."""
    since_ns = int(since.timestamp() * 1_000_000) * 1_000
    rows = await store.read(partial(list_retrievals, corpus=corpus, since_ns=since_ns, limit=_MOST))
    counts: dict[str, int] = {}
    unreadable = 0
    for attributes in rows:
        sources = _sources(attributes)
        unreadable += sources is None
        for source in sources or ():
            counts[source] = counts.get(source, 0) + 1
    return RetrievedSources(counts=counts, questions=len(rows), unreadable=unreadable)


def _sources(attributes: str) -> frozenset[str] | None:
    try:
        text = msgspec.json.decode(attributes, type=dict[str, object]).get(_DOCUMENTS)
        return frozenset(one.source for one in msgspec.json.decode(str(text), type=list[_Shown]))
    except (msgspec.DecodeError, RecursionError):
        return None
