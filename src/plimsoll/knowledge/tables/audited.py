"""The query of an audit over the chunks of a corpus: their texts without their vectors."""

import msgspec
from sqlalchemy import Connection, select

from plimsoll.knowledge.table import CHUNKS, DOCUMENTS


class AuditedText(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk's text, for an audit."""

    id: str
    """Its id."""
    document_id: str
    """The document it belongs to."""
    text: str
    """Its text."""
    fingerprint: str
    """The embedding model of its vectors."""


def page_texts(connection: Connection, corpus: str, *, after: str, limit: int) -> list[AuditedText]:
    """Return the next chunks of the corpus by id, without their vectors."""
    query = (
        select(*(CHUNKS.c[name] for name in AuditedText.__struct_fields__))
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(DOCUMENTS.c.corpus == corpus, CHUNKS.c.id > after)
        .order_by(CHUNKS.c.id)
        .limit(limit)
    )
    return [AuditedText(**row) for row in connection.execute(query).mappings()]
