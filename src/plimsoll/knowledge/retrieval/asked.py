"""What one retrieval knows on its way: what was asked, what is searched for, and what a search brought.

Made by `Searcher`, read by its steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.index.serving import Side
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.retrieval.attempt import Attempt
from plimsoll.knowledge.retrieval.freshness import Freshness
from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.retrieve import Search
from plimsoll.knowledge.tables.found import FoundChunks
from plimsoll.records import Message, Principal


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on its way."""

    text: str
    """The question."""
    plan: RetrievalPlan
    """How it is answered."""
    caller: Principal
    """Who asks."""
    conversation: tuple[Message, ...]
    """What was said before, oldest first."""
    attempt: Attempt
    """Its deadline, and what was dropped for it."""
    freshness: Freshness
    """How old what it finds may be."""


class Wanted(msgspec.Struct, frozen=True):
    """What is searched for."""

    side: Side
    """The embedding model and its index."""
    questions: tuple[str, ...]
    """The question, or what the rewriter made of it."""
    vectors: Vectors | None
    """One row a question; None: they are embedded while searching."""


class Hit(msgspec.Struct, frozen=True):
    """What a search brought."""

    side: Side
    """The embedding model and its index."""
    snapshot: Snapshot
    """The index as it was searched."""
    searches: Sequence[Search]
    """One for each question."""
    found: FoundChunks
    """What of it still stands in the truth, for this caller."""
