"""How a corpus fares, at a glance, and what of it needs a person. Records, and one pure decision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from plimsoll.knowledge import Holdings, Manifest, SourceState, describe_age
from plimsoll.records import Verdict

_NEWS = {
    "held": "`{name}` is held. {message}",
    "unreachable": "`{name}` could not be reached. {message}",
    "refused": "`{name}` was refused. {message}",
}


class EmbeddingInUse(msgspec.Struct, frozen=True, kw_only=True):
    """The model that makes a corpus's vectors."""

    name: str
    """Its name."""
    fingerprint: str
    """Identity of weights, tokenizer and settings: vectors of two fingerprints are never compared."""
    dimensions: int
    """Length of a vector."""


class IndexStanding(msgspec.Struct, frozen=True, kw_only=True):
    """The published index of a corpus on this machine, against the truth."""

    state: Literal["current", "behind", "none"]
    """`behind`: the next question has it built anew. `none`: there is none of this embedding model yet."""
    seq: int | None
    """Changes of the corpus that it contains; None where there is none."""
    applied_seq: int
    """Changes applied to the corpus."""


class CorpusCard(msgspec.Struct, frozen=True, kw_only=True):
    """How a corpus fares."""

    name: str
    """Its name."""
    holdings: Holdings
    """What it holds of the caller's tenant."""
    embedding: EmbeddingInUse
    """What makes its vectors."""
    index: IndexStanding
    """How far its index is."""
    newest_age_seconds: float | None
    """Time since the document was seen at its source that was seen there last; None without documents."""
    oldest_age_seconds: float | None
    """The same of the document that was not seen for longest."""
    sources: tuple[SourceState, ...]
    """Where its documents come from, and how each source fares."""
    verdict: Verdict | None
    """Whether every limit that is declared for it is kept; None while nothing is known."""
    problems: tuple[str, ...]
    """What is not kept, a sentence each."""


def make_card(
    name: str,
    holdings: Holdings,
    *,
    embedding: EmbeddingInUse,
    published: Manifest | None,
    sources: Sequence[SourceState],
    now: datetime,
) -> CorpusCard:
    """Return the card of a corpus."""
    problems = find_problems(holdings, sources)
    is_known = holdings.documents or problems
    return CorpusCard(
        name=name,
        holdings=holdings,
        embedding=embedding,
        index=_stand(holdings, embedding, published),
        newest_age_seconds=_age(holdings.newest_at, now),
        oldest_age_seconds=_age(holdings.oldest_at, now),
        sources=tuple(sources),
        verdict=None if not is_known else Verdict.FALLS_SHORT if problems else Verdict.HOLDS,
        problems=problems,
    )


def find_problems(holdings: Holdings, sources: Sequence[SourceState]) -> tuple[str, ...]:
    """Return what needs a person, a sentence each: sources held, out of reach or stale, and unreadable documents."""
    found = [_NEWS[one.result].format(name=one.name, message=one.message) for one in sources if one.result in _NEWS]
    found += [_tell_stale(one) for one in sources if one.is_stale]
    if holdings.failed:
        found.append(f"{holdings.failed:,} document{'' if holdings.failed == 1 else 's'} could not be read.")
    return tuple(found)


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max(0.0, (now - at).total_seconds())


def _tell_stale(source: SourceState) -> str:
    most = describe_age(source.max_age_seconds or 0.0)
    if source.age_seconds is None:
        return f"`{source.name}` is stale: it was never synchronised, and its limit is {most}."
    age = describe_age(source.age_seconds)
    return f"`{source.name}` is stale: it was last synchronised {age} ago, and its limit is {most}."


def _stand(holdings: Holdings, embedding: EmbeddingInUse, published: Manifest | None) -> IndexStanding:
    if published is None or published.fingerprint != embedding.fingerprint:
        return IndexStanding(state="none", seq=None, applied_seq=holdings.seq)
    state = "current" if published.seq == holdings.seq else "behind"
    return IndexStanding(state=state, seq=published.seq, applied_seq=holdings.seq)
