"""A piece of a document, and a claim that points back at one."""

import msgspec


class Highlight(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a passage that speaks to the question."""

    start: int
    """First character, counted within the passage's text."""
    end: int
    """One past the last character, counted within the passage's text."""
    score: float
    """How well the sentence answers the question; higher is better, comparable within one retrieval only."""


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
    """The chunk's text, exactly as it stands in the document's parsed text."""
    score: float = 0.0
    """Fused retrieval score; comparable within one retrieval only."""
    highlights: tuple[Highlight, ...] = ()
    """Its sentences that speak to the question, best first."""


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
