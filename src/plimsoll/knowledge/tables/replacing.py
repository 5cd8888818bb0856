"""Documents as a whole, put in place and taken away with their chunks and vectors, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select

from plimsoll.knowledge.tables.chunks import CHUNKS, ChunkRow
from plimsoll.knowledge.tables.corpora import count_change
from plimsoll.knowledge.tables.documents import DOCUMENTS, DocumentRow
from plimsoll.knowledge.tables.vectors import VECTORS, VectorRow, write_vectors


def replace_document(
    connection: Connection,
    corpus: str,
    document: DocumentRow,
    *,
    chunks: Sequence[ChunkRow],
    vectors: Sequence[VectorRow],
) -> None:
    """Put the document, its chunks and their vectors in place of whatever was known under its source."""
    # The row of the corpus is taken first: it makes writers of one corpus wait for each other on every database.
    count_change(connection, corpus, document.ingested_at)
    _delete_source(connection, corpus, tenant=document.tenant, source=document.source)
    connection.execute(insert(DOCUMENTS), {**msgspec.structs.asdict(document), "corpus": corpus})
    if chunks:
        connection.execute(insert(CHUNKS), [msgspec.structs.asdict(chunk) for chunk in chunks])
        write_vectors(connection, corpus, vectors)


def remove_documents(connection: Connection, corpus: str, sources: Sequence[str], *, tenant: str, at: datetime) -> None:
    """Forget the documents of these sources with their chunks."""
    count_change(connection, corpus, at)
    for source in sources:
        _delete_source(connection, corpus, tenant=tenant, source=source)


def _delete_source(connection: Connection, corpus: str, *, tenant: str, source: str) -> None:
    theirs = (DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.tenant == tenant, DOCUMENTS.c.source == source)
    ids = select(DOCUMENTS.c.id).where(*theirs)
    chunk_ids = select(CHUNKS.c.id).where(CHUNKS.c.document_id.in_(ids))
    connection.execute(delete(VECTORS).where(VECTORS.c.chunk_id.in_(chunk_ids)))
    connection.execute(delete(CHUNKS).where(CHUNKS.c.document_id.in_(ids)))
    connection.execute(delete(DOCUMENTS).where(*theirs))
