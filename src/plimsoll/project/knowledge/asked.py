"""What somebody asks of a corpus in the console or over HTTP, and what the bench answers. Records."""

from collections.abc import Mapping

import msgspec

from plimsoll.knowledge import (
    DocumentPlace,
    DocumentState,
    MetadataValue,
    RetrievalPlan,
    RetrievalResult,
    Widen,
    change_plan,
)


class DocumentsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which documents of a corpus somebody wants to see."""

    origin: str | None = None
    """Name of the source that they came from, empty for paths; None: any."""
    state: DocumentState | None = None
    """How they are; None: however."""
    text: str = ""
    """What stands in their title or source."""
    place: DocumentPlace = DocumentPlace()
    """Which part of them."""


class BenchAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A question put to a corpus to see what it finds, and what to change in the corpus's plan for it."""

    question: str
    """The question."""
    passages: int | None = None
    """How many passages; None: as the plan says."""
    widen: Widen | None = None
    """To what they are widened; None: as the plan says."""
    rerank: bool | None = None
    """Whether they are reranked; None: as the plan says."""
    origin: str | None = None
    """Only documents of this source; None: as the plan says."""
    source_prefix: str = ""
    """Only documents whose source begins so; empty: as the plan says."""
    metadata: Mapping[str, MetadataValue] = {}
    """Only documents whose source says this of them, besides what the plan says."""

    def change(self, plan: RetrievalPlan) -> RetrievalPlan:
        """Return the plan as it is changed. Raises InvalidRequest for a value that means nothing."""
        where = msgspec.structs.replace(
            plan.where,
            equals={**plan.where.equals, **self.metadata},
            origin=plan.where.origin if self.origin is None else self.origin,
            source_prefix=self.source_prefix or plan.where.source_prefix,
        )
        return change_plan(plan, passages=self.passages, widen=self.widen, rerank=self.rerank, where=where)


class BenchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus found for a question, and why."""

    corpus: str
    """The corpus."""
    question: str
    """The question."""
    plan: RetrievalPlan
    """How it was searched."""
    result: RetrievalResult
    """What was found, with the legs' scores, the verdict's signals and the time of each step."""
    answerable_at: float
    """The chance from which the corpus says that it can answer."""
    took_ms: float
    """How long all of it took, in milliseconds."""
    trace_id: str
    """Its trace."""
