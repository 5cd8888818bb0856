"""The table of chunks.

A chunk never changes: a changed document gets new chunks under new ids, so that whatever index files still hold is
either true or gone from here.
"""

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from plimsoll.knowledge.tables.corpora import OF_THE_PROJECT
from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.store import STATE

CHUNKS = Table(
    "knowledge_chunks",
    STATE,
    Column("id", String(32), primary_key=True),
    Column("document_id", String(32), ForeignKey(DOCUMENTS.c.id, ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("section", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("page", Integer, nullable=True),
    Column("tokens", Integer, nullable=False),
    Column("is_cut", Boolean, nullable=False),
    Column("sentence_spans", LargeBinary, nullable=False),
    Index("ix_knowledge_chunks_document_id", "document_id"),
    info={**OF_THE_PROJECT, "tenant": "of the document that document_id names"},
)


class ChunkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk as it is kept."""

    id: str
    """Its id."""
    document_id: str
    """The document it belongs to."""
    place: int
    """Its number within the document, counted from 0."""
    section: int = 0
    """Number of the section within the document that it is a part of; a passage may be widened to it."""
    start: int
    """First character, counted within the document's parsed text."""
    text: str
    """Its text."""
    context: str
    """Title and headings, for embedding and full-text search."""
    heading: str
    """The headings above it, joined."""
    page: int | None
    """Its page, counted from 1."""
    tokens: int = 0
    """Tokens of context and text, as the embedder counts them; 0 where it was never counted."""
    is_cut: bool = False
    """Whether it begins or ends within a sentence."""
    sentence_spans: bytes
    """Pairs of int32, little-endian: first character and one past the last of each sentence within the chunk."""
