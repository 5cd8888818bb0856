"""Changes of documents that keep their chunks: seen again, moved, described anew; and vectors to be used again."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from plimsoll.knowledge.table import CHUNKS, DOCUMENTS, DocumentRow, count_change


class SeenAgain(msgspec.Struct, frozen=True, kw_only=True):
    """A document that its source still holds as it is here."""

    id: str
    """Its id."""
    version: str
    """What the source calls this state of it now."""
    modified_at: datetime | None
    """When the source says that it last changed."""
    checked_at: datetime
    """When it was seen."""


class KnownVectors(msgspec.Struct, frozen=True, kw_only=True):
    """The vectors of a chunk that is about to be replaced."""

    vector: bytes
    """One float32 vector."""
    sentence_vectors: bytes
    """One float16 vector a sentence."""


def renew_documents(connection: Connection, seen: Sequence[SeenAgain]) -> None:
    """Note that the documents were seen again. The corpus counts as unchanged: no index holds any of this."""
    rows = [{f"new_{name}": value for name, value in msgspec.structs.asdict(one).items()} for one in seen]
    if rows:
        names = ("version", "modified_at", "checked_at")
        values = {name: bindparam(f"new_{name}", type_=DOCUMENTS.c[name].type) for name in names}
        connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.id == bindparam("new_id")).values(values), rows)


def describe_documents(connection: Connection, corpus: str, rows: Sequence[DocumentRow]) -> None:
    """Write anew all that is said of these documents, their names included; their chunks and vectors stay."""
    if not rows:
        return
    count_change(connection, corpus, rows[0].checked_at)
    for row in rows:
        connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.id == row.id).values(msgspec.structs.asdict(row)))


def read_vectors(
    connection: Connection, document_ids: Sequence[str], *, fingerprint: str
) -> dict[tuple[str, str, bytes], KnownVectors]:
    """Return the vectors that this model made for the documents' chunks, by context, text and sentences."""
    query = select(
        CHUNKS.c.context, CHUNKS.c.text, CHUNKS.c.sentence_spans, CHUNKS.c.vector, CHUNKS.c.sentence_vectors
    ).where(CHUNKS.c.document_id.in_(document_ids), CHUNKS.c.fingerprint == fingerprint)
    return {
        (row.context, row.text, row.sentence_spans): KnownVectors(
            vector=row.vector, sentence_vectors=row.sentence_vectors
        )
        for row in connection.execute(query)
    }
