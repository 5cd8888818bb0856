"""A piece of a document, and a claim that points back at one."""

from datetime import datetime

import msgspec


class Highlight(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a passage that speaks to the question."""

    start: int
    """First character, counted within the passage's text."""
    end: int
    """One past the last character, counted within the passage's text."""
    score: float
    """How well the sentence answers the question; higher is better, comparable within one retrieval only."""


class PassagePart(msgspec.Struct, frozen=True, kw_only=True):
    """One of several chunks that a widened passage joins."""

    chunk_id: str
    """Id of the chunk in the table of truth."""
    start: int
    """First character, counted within the passage's text."""
    end: int
    """One past the last character, counted within the passage's text."""
    page: int | None = None
    """Its page, counted from 1; None for documents without pages."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk of a document, as retrieval returns it."""

    chunk_id: str
    """Id of the chunk in the table of truth."""
    document_id: str
    """Id of the document it belongs to."""
    source: str
    """Where the document came from, as its reader would open it: a path relative to the project, or a URL."""
    title: str
    """The document's title."""
    heading: str = ""
    """The path of headings above the chunk, joined by ` > `; empty where there are none."""
    page: int | None = None
    """Page on which the chunk begins, counted from 1; None for documents without pages."""
    start: int = 0
    """First character of the chunk, counted within the document's parsed text."""
    text: str
    """The chunk's text, exactly as it stands in the document's parsed text; between `parts` there are only blanks."""
    score: float = 0.0
    """Fused retrieval score; comparable within one retrieval only."""
    highlights: tuple[Highlight, ...] = ()
    """Its sentences that speak to the question, best first."""
    parts: tuple[PassagePart, ...] = ()
    """The chunks that it joins, in order, where it was widened beyond one; else empty."""
    also_in: tuple[str, ...] = ()
    """Sources of other documents that say the same, which therefore do not answer again."""
    rerank_score: float | None = None
    """What the reranker gave it; None where none was asked."""
    checked_at: datetime | None = None
    """When its document was last seen at its source as it is here; None where nothing is known."""
    modified_at: datetime | None = None
    """When its source says that the document last changed; None where the source does not say."""
    age_seconds: float | None = None
    """Time between `checked_at` and this retrieval; None where nothing is known."""
    is_stale: bool = False
    """Whether that is more than its source allows."""
    is_open: bool = True
    """Whether everyone of the tenant may read its document."""

    def chunk_ids(self) -> tuple[str, ...]:
        """Return the ids of the chunks that it consists of."""
        return tuple(part.chunk_id for part in self.parts) or (self.chunk_id,)


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """A verified quotation: `quote` stands at `start`..`end` of the document's parsed text."""

    chunk_id: str
    """Chunk that was retrieved in this request and contains the quotation."""
    document_id: str
    """Document that contains the quotation."""
    source: str
    """Where the document came from: a path or a URL."""
    title: str
    """The document's title."""
    heading: str = ""
    """The path of headings above the quotation."""
    page: int | None = None
    """Page of the quotation, counted from 1; None for documents without pages."""
    start: int
    """First character, counted within the document's parsed text."""
    end: int
    """One past the last character, counted within the document's parsed text."""
    quote: str
    """The quoted text, exactly as it stands in the document."""
    checked_at: datetime | None = None
    """When the document was last seen at its source as it is here; None where nothing is known."""
    modified_at: datetime | None = None
    """When its source says that the document last changed; None where the source does not say."""
    age_seconds: float | None = None
    """Time between `checked_at` and the answer; None where nothing is known."""
    is_stale: bool = False
    """Whether that is more than its source allows."""
