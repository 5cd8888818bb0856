"""The table of documents: what is known of each beside its chunks, and changes of it that keep them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    update,
)

from plimsoll.knowledge.readers import EVERYONE
from plimsoll.knowledge.tables.corpora import CORPORA, OF_THE_PROJECT, count_change
from plimsoll.store import STATE, Moment

MetadataValue = str | float | bool
"""What a document's metadata may hold under a name."""

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
    info=OF_THE_PROJECT,
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


DOCUMENT_COLUMNS = [DOCUMENTS.c[name] for name in DocumentRow.__struct_fields__]
"""What a query asks for whose rows `document_of` reads."""


def is_of(corpus: str) -> ColumnElement[bool]:
    """Say that a document is of the corpus, where chunks are read page by page in the order of their ids.

    An expression in place of the column keeps the database from its index of documents, by which it would read every
    document of the corpus for each page, and sort their chunks.
    """
    return DOCUMENTS.c.corpus + "" == corpus


def list_documents(connection: Connection, corpus: str, *, tenant: str | None) -> list[DocumentRow]:
    """Return all documents of a corpus by source, of one tenant or of all."""
    mine = () if tenant is None else (DOCUMENTS.c.tenant == tenant,)
    return _read(connection, select(*DOCUMENT_COLUMNS).where(DOCUMENTS.c.corpus == corpus, *mine))


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


def _read(connection: Connection, query: Select[Any]) -> list[DocumentRow]:
    found = connection.execute(query.order_by(DOCUMENTS.c.source, DOCUMENTS.c.tenant)).mappings()
    return [document_of(row) for row in found]


def document_of(row: RowMapping) -> DocumentRow:
    """Return the document of a row of `DOCUMENT_COLUMNS`."""
    fields: dict[str, Any] = {**row, "readers": tuple(row["readers"])}
    return DocumentRow(**fields)
