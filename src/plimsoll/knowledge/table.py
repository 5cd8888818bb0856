"""The truth about what a corpus knows: three tables of the state store, and every query on them.

Only this room reads and writes them. A chunk never changes: a changed document gets new chunks under new ids, so that
whatever index files still hold is either true or gone from here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from plimsoll.knowledge.readers import EVERYONE, may_read
from plimsoll.records import Principal
from plimsoll.store import STATE, Moment, insert_new

MetadataValue = str | float | bool
"""What a document's metadata may hold under a name."""

_NOBODY = "none: documents belong to the project, not to a caller"
_INFO = {
    "tenant": "tenant, on the document",
    "subject": _NOBODY,
    "retention": "until the file is removed and its folder ingested again",
    "erase": "none: remove the file and ingest its folder again",
}

CORPORA = Table(
    "knowledge_corpora",
    STATE,
    Column("name", String(64), primary_key=True),
    Column("applied_seq", Integer, nullable=False),
    Column("updated_at", Moment, nullable=True),
    info={**_INFO, "tenant": "none: a corpus may hold documents of several tenants"},
)
DOCUMENTS = Table(
    "knowledge_documents",
    STATE,
    Column("id", String(32), primary_key=True),
    Column("corpus", String(64), ForeignKey(CORPORA.c.name), nullable=False),
    Column("tenant", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("recipe", String(64), nullable=False),
    Column("chunk_count", Integer, nullable=False),
    Column("sentence_count", Integer, nullable=False),
    Column("ingested_at", Moment, nullable=False),
    Column("error_code", String(64), nullable=False),
    Column("error_message", Text, nullable=False),
    Column("origin", String(64), nullable=False),
    Column("readers", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("modified_at", Moment, nullable=True),
    Column("checked_at", Moment, nullable=False),
    Column("truncated", Text, nullable=False),
    Column("version", Text, nullable=False),
    UniqueConstraint("corpus", "tenant", "source"),
    info=_INFO,
)
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
    Column("fingerprint", String(64), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("sentence_vectors", LargeBinary, nullable=False),
    Index("ix_knowledge_chunks_document_id", "document_id"),
    info={**_INFO, "tenant": "of the document that document_id names"},
)


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it is kept, without its chunks."""

    id: str
    """Its id; a changed document gets a new one."""
    tenant: str
    """Whose it is."""
    source: str
    """Where it came from."""
    title: str
    """Its title; empty where it could not be read."""
    content_hash: str
    """SHA-256 of the file, hexadecimal."""
    recipe: str
    """Hash of parser, chunker and embedder: a change of any of them asks for a new reading."""
    chunk_count: int
    """Its chunks."""
    sentence_count: int
    """Sentences of its chunks."""
    ingested_at: datetime
    """When it was read."""
    error_code: str = ""
    """Code of the error where it could not be read; else empty."""
    error_message: str = ""
    """What went wrong, and what to do; else empty."""
    origin: str = ""
    """Name of the declared source that it came from; empty where it was named by its path."""
    readers: tuple[str, ...] = EVERYONE
    """Who may read it, sorted; see `readers`."""
    metadata: dict[str, MetadataValue] = {}
    """What its source says of it beside its text; retrieval filters on it."""
    modified_at: datetime | None = None
    """When its source says that it last changed; None where the source does not say."""
    checked_at: datetime
    """When it was last seen at its source as it is here: the age of an answer counts from then."""
    truncated: str = ""
    """What of it was left out and why; empty where all of it was taken."""
    version: str = ""
    """What its source calls this state of it, e.g. an ETag; empty where the source does not say."""


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
    fingerprint: str
    """The embedding model that made the vectors."""
    vector: bytes
    """One float32 vector, little-endian."""
    sentence_vectors: bytes
    """One float16 vector a sentence, little-endian."""


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


class FoundChunks(msgspec.Struct, frozen=True, kw_only=True):
    """Chunks that still exist, and the state of the corpus at that moment."""

    seq: int
    """Changes applied to the corpus so far."""
    chunks: dict[str, FoundChunk]
    """By id; what was deleted, or the caller may not read, is not there."""


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
    """The embedding model that made the vectors."""
    vector: bytes
    """One float32 vector."""
    sentence_vectors: bytes
    """One float16 vector a sentence."""


class CorpusStats(msgspec.Struct, frozen=True, kw_only=True):
    """How much a corpus knows."""

    documents: int
    """Documents that answers can come from."""
    chunks: int
    """Their chunks."""
    sentences: int
    """Sentences of those chunks."""
    failed: int
    """Documents that could not be read."""
    updated_at: datetime | None
    """When it last changed; None before the first ingestion."""


_SPAN_BYTES = 8
_DOCUMENT_COLUMNS = [DOCUMENTS.c[name] for name in DocumentRow.__struct_fields__]


def ensure_corpus(connection: Connection, name: str) -> None:
    """Write the corpus's row unless it is there."""
    insert_new(connection, CORPORA, [{"name": name, "applied_seq": 0, "updated_at": None}])


def read_seq(connection: Connection, corpus: str) -> int:
    """Return how many changes were applied to the corpus."""
    return connection.execute(select(CORPORA.c.applied_seq).where(CORPORA.c.name == corpus)).scalar() or 0


def list_documents(connection: Connection, corpus: str, *, tenant: str | None, limit: int | None) -> list[DocumentRow]:
    """Return the documents of a corpus by source, of one tenant or of all."""
    query = select(*_DOCUMENT_COLUMNS).where(DOCUMENTS.c.corpus == corpus).order_by(DOCUMENTS.c.source)
    if tenant is not None:
        query = query.where(DOCUMENTS.c.tenant == tenant)
    return [_document(dict(row)) for row in connection.execute(query.limit(limit)).mappings()]


def replace_document(connection: Connection, corpus: str, document: DocumentRow, *, chunks: Sequence[ChunkRow]) -> None:
    """Put the document and its chunks in place of whatever was known under its source."""
    # The row of the corpus is taken first: it makes writers of one corpus wait for each other on every database.
    count_change(connection, corpus, document.ingested_at)
    _delete_source(connection, corpus, tenant=document.tenant, source=document.source)
    connection.execute(insert(DOCUMENTS), {**msgspec.structs.asdict(document), "corpus": corpus})
    if chunks:
        connection.execute(insert(CHUNKS), [msgspec.structs.asdict(chunk) for chunk in chunks])


def remove_documents(connection: Connection, corpus: str, sources: Sequence[str], *, tenant: str, at: datetime) -> None:
    """Forget the documents of these sources with their chunks."""
    count_change(connection, corpus, at)
    for source in sources:
        _delete_source(connection, corpus, tenant=tenant, source=source)


def find_chunks(connection: Connection, corpus: str, ids: Sequence[str], *, caller: Principal) -> FoundChunks:
    """Return those of the chunks that still exist in the corpus and that the caller may read."""
    columns = [(CHUNKS if name in CHUNKS.c else DOCUMENTS).c[name] for name in FoundChunk.__struct_fields__]
    query = (
        select(*columns)
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(CHUNKS.c.id.in_(ids), DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.tenant == caller.tenant)
        .add_columns(DOCUMENTS.c.readers)
    )
    found = [
        FoundChunk(**{name: row[name] for name in FoundChunk.__struct_fields__})
        for row in connection.execute(query).mappings()
        if may_read(row["readers"], caller)
    ]
    return FoundChunks(seq=read_seq(connection, corpus), chunks={chunk.id: chunk for chunk in found})


def page_chunks(connection: Connection, corpus: str, *, after: str, limit: int) -> list[IndexedChunk]:
    """Return the next chunks of the corpus by id, with their vectors."""
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
            CHUNKS.c.fingerprint,
            CHUNKS.c.vector,
            CHUNKS.c.sentence_vectors,
        )
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(DOCUMENTS.c.corpus == corpus, CHUNKS.c.id > after)
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
            fingerprint=row.fingerprint,
            vector=row.vector,
            sentence_vectors=row.sentence_vectors,
        )
        for row in connection.execute(query)
    ]


def count_corpus(connection: Connection, corpus: str, *, tenant: str | None) -> CorpusStats:
    """Return how much the corpus knows, of one tenant or of all."""
    of_corpus = DOCUMENTS.c.corpus == corpus
    mine = of_corpus if tenant is None else of_corpus & (DOCUMENTS.c.tenant == tenant)
    is_read = DOCUMENTS.c.error_code == ""
    sums = connection.execute(
        select(
            func.count().filter(is_read),
            func.coalesce(func.sum(DOCUMENTS.c.chunk_count), 0),
            func.coalesce(func.sum(DOCUMENTS.c.sentence_count), 0),
            func.count().filter(~is_read),
        ).where(mine)
    ).one()
    updated_at = connection.execute(select(CORPORA.c.updated_at).where(CORPORA.c.name == corpus)).scalar()
    return CorpusStats(documents=sums[0], chunks=sums[1], sentences=sums[2], failed=sums[3], updated_at=updated_at)


def _document(row: dict[str, Any]) -> DocumentRow:
    row["readers"] = tuple(row["readers"])
    return DocumentRow(**row)


def count_change(connection: Connection, corpus: str, at: datetime) -> None:
    """Count a change of the corpus; its row then keeps other writers waiting until the transaction ends."""
    connection.execute(
        update(CORPORA).where(CORPORA.c.name == corpus).values(applied_seq=CORPORA.c.applied_seq + 1, updated_at=at)
    )


def _delete_source(connection: Connection, corpus: str, *, tenant: str, source: str) -> None:
    theirs = (DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.tenant == tenant, DOCUMENTS.c.source == source)
    ids = select(DOCUMENTS.c.id).where(*theirs)
    connection.execute(delete(CHUNKS).where(CHUNKS.c.document_id.in_(ids)))
    connection.execute(delete(DOCUMENTS).where(*theirs))
