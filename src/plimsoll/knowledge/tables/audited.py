"""What an audit asks of the chunks: their texts without their vectors, and whether each has a document."""

import msgspec
from sqlalchemy import Connection, func, select

from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.corpora import CORPORA
from plimsoll.knowledge.tables.documents import DOCUMENTS, is_of
from plimsoll.knowledge.tables.vectors import VECTORS


class AuditedText(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk's text, for an audit."""

    id: str
    """Its id."""
    document_id: str
    """The document it belongs to."""
    text: str
    """Its text."""
    fingerprint: str
    """The embedding model that serves the corpus, where the chunk has its vectors; else empty."""


def page_texts(connection: Connection, corpus: str, *, after: str, limit: int) -> list[AuditedText]:
    """Return the next chunks of the corpus by id, without their vectors."""
    serving = select(CORPORA.c.fingerprint).where(CORPORA.c.name == corpus).scalar_subquery()
    query = (
        select(CHUNKS.c.id, CHUNKS.c.document_id, CHUNKS.c.text)
        .add_columns(func.coalesce(VECTORS.c.fingerprint, "").label("fingerprint"))
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .outerjoin(VECTORS, (VECTORS.c.chunk_id == CHUNKS.c.id) & (VECTORS.c.fingerprint == serving))
        .where(is_of(corpus), CHUNKS.c.id > after)
        .order_by(CHUNKS.c.id)
        .limit(limit)
    )
    return [AuditedText(**row) for row in connection.execute(query).mappings()]


def count_stray_chunks(connection: Connection) -> int:
    """Return how many chunks, of any corpus, have no document: the database itself should make that impossible."""
    query = select(func.count()).select_from(CHUNKS.outerjoin(DOCUMENTS)).where(DOCUMENTS.c.id.is_(None))
    return connection.execute(query).scalar_one()
