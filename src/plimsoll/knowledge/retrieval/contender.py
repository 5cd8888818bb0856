"""A chunk that may become a passage: proposed by the index and found in the truth. A record of the steps between."""

import msgspec

from plimsoll.knowledge.retrieval.result import FoundBy
from plimsoll.knowledge.tables.found import FoundChunk


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk on its way to being a passage."""

    chunk: FoundChunk
    """The chunk, as the table of truth holds it."""
    row: int
    """Its row in the snapshot."""
    score: float
    """Its fused score."""
    found_by: FoundBy = FoundBy()
    """How it fared in the legs."""
    question: int = 0
    """Place of the question that it was found for."""
    also_in: tuple[str, ...] = ()
    """Sources of other documents that say the same."""
    rerank_score: float | None = None
    """What the reranker gave it."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One or several chunks of one section that become one passage."""

    best: Contender
    """Why it is there."""
    chunks: tuple[FoundChunk, ...]
    """Its chunks, in the order of the document."""
    others: tuple[Contender, ...] = ()
    """Further contenders that lie in it, best first."""
