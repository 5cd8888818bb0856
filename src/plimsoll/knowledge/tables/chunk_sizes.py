"""How the documents of a corpus were cut: the size of every chunk. `plimsoll knowledge chunks` reports it."""

import msgspec
from sqlalchemy import Connection, select

from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.documents import DOCUMENTS


class ChunkSize(msgspec.Struct, frozen=True, kw_only=True):
    """One chunk's size."""

    source: str
    """The document it belongs to."""
    place: int
    """Its number within the document, counted from 0."""
    tokens: int
    """Tokens of context and text; 0 where its document was read before they were counted."""
    is_cut: bool
    """Whether it begins or ends within a sentence."""


def list_chunk_sizes(connection: Connection, corpus: str) -> list[ChunkSize]:
    """Return the sizes of all chunks of a corpus, by document and place."""
    query = (
        select(DOCUMENTS.c.source, CHUNKS.c.place, CHUNKS.c.tokens, CHUNKS.c.is_cut)
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(DOCUMENTS.c.corpus == corpus)
        .order_by(DOCUMENTS.c.source, CHUNKS.c.place)
    )
    return [
        ChunkSize(source=row.source, place=row.place, tokens=row.tokens, is_cut=bool(row.is_cut))
        for row in connection.execute(query)
    ]
