"""The query that an index is built from: the chunks of a corpus, page by page, with what decides who may read them."""

import msgspec
from sqlalchemy import Connection, select

from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.documents import DOCUMENTS, MetadataValue, is_of
from plimsoll.knowledge.tables.vectors import VECTORS

_SPAN_BYTES = 8


class IndexedChunk(msgspec.Struct, frozen=True, kw_only=True):
    """What an index is built from."""

    id: str
    """Id of the chunk."""
    document_id: str
    """The document it belongs to."""
    source: str
    """Where the document came from."""
    origin: str
    """Name of the declared source that the document came from."""
    tenant: str
    """Whose it is."""
    readers: tuple[str, ...]
    """Who may read its document, sorted."""
    metadata: dict[str, MetadataValue]
    """What its source says of the document."""
    text: str
    """Context and text."""
    sentence_count: int
    """Its sentences."""
    fingerprint: str
    """The embedding model that made the vectors; empty where it made none."""
    vector: bytes
    """One float32 vector."""
    sentence_vectors: bytes
    """One float16 vector a sentence."""


def page_chunks(connection: Connection, corpus: str, *, fingerprint: str, after: str, limit: int) -> list[IndexedChunk]:
    """Return the next chunks of the corpus by id, with the vectors of one embedding model as far as they have any."""
    query = (
        select(
            CHUNKS.c.id,
            CHUNKS.c.document_id,
            DOCUMENTS.c.source,
            DOCUMENTS.c.origin,
            DOCUMENTS.c.tenant,
            DOCUMENTS.c.readers,
            DOCUMENTS.c.metadata,
            (CHUNKS.c.context + "\n" + CHUNKS.c.text).label("text"),
            CHUNKS.c.sentence_spans,
            VECTORS.c.fingerprint,
            VECTORS.c.vector,
            VECTORS.c.sentence_vectors,
        )
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .outerjoin(VECTORS, (VECTORS.c.chunk_id == CHUNKS.c.id) & (VECTORS.c.fingerprint == fingerprint))
        .where(is_of(corpus), CHUNKS.c.id > after)
        .order_by(CHUNKS.c.id)
        .limit(limit)
    )
    return [
        IndexedChunk(
            id=row.id,
            document_id=row.document_id,
            source=row.source,
            origin=row.origin,
            tenant=row.tenant,
            readers=tuple(row.readers),
            metadata=row.metadata,
            text=row.text,
            sentence_count=len(row.sentence_spans) // _SPAN_BYTES,
            fingerprint=row.fingerprint or "",
            vector=row.vector or b"",
            sentence_vectors=row.sentence_vectors or b"",
        )
        for row in connection.execute(query)
    ]
