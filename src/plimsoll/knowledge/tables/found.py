"""The query of a search: which of the chunks that an index proposes still exist, and may be read by the caller."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from plimsoll.knowledge.readers import may_read
from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.corpora import CORPORA
from plimsoll.knowledge.tables.documents import DOCUMENTS, MetadataValue
from plimsoll.records import Principal


class FoundChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk with what a passage says of its document."""

    id: str
    """Its id."""
    document_id: str
    """The document it belongs to."""
    start: int
    """First character, counted within the document's parsed text."""
    text: str
    """Its text."""
    heading: str
    """The headings above it, joined."""
    page: int | None
    """Its page, counted from 1."""
    sentence_spans: bytes
    """Its sentences."""
    source: str
    """Where the document came from."""
    title: str
    """The document's title."""
    place: int
    """Its number within the document, counted from 0."""
    section: int
    """Number of its section within the document."""
    origin: str
    """Name of the declared source that the document came from."""
    metadata: dict[str, MetadataValue]
    """What its source says of the document."""
    modified_at: datetime | None
    """When the source says that the document last changed."""
    checked_at: datetime
    """When the document was last seen at its source as it is here."""
    readers: list[str]
    """Who may read the document."""


class FoundChunks(msgspec.Struct, frozen=True, kw_only=True):
    """Chunks that still exist, and the state of the corpus at that moment."""

    seq: int
    """Changes applied to the corpus so far."""
    fingerprint: str
    """The embedding model that serves the corpus."""
    chunks: dict[str, FoundChunk]
    """By id; what was deleted, or the caller may not read, is not there."""


FOUND = FoundChunk.__struct_fields__
"""Names of the columns of a found chunk."""
FOUND_COLUMNS = tuple((CHUNKS if name in CHUNKS.c else DOCUMENTS).c[name] for name in FOUND)
"""These columns, in their order."""


def find_chunks(connection: Connection, corpus: str, ids: Sequence[str], *, caller: Principal) -> FoundChunks:
    """Return those of the chunks that still exist in the corpus and that the caller may read."""
    query = (
        select(*FOUND_COLUMNS)
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(CHUNKS.c.id.in_(ids), DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.tenant == caller.tenant)
    )
    found = [FoundChunk(**dict(zip(FOUND, row, strict=True))) for row in connection.execute(query)]
    chunks = {chunk.id: chunk for chunk in found if may_read(chunk.readers, caller)}
    state = connection.execute(
        select(CORPORA.c.applied_seq, CORPORA.c.fingerprint).where(CORPORA.c.name == corpus)
    ).one()
    return FoundChunks(seq=state.applied_seq, fingerprint=state.fingerprint, chunks=chunks)
