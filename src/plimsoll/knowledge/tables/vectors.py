"""The table of vectors, kept by chunk and embedding model, and which models serve a corpus.

One model serves; a second one may be kept in step with it: the one that is coming, or the former one, to go back to.
Which they are stands in the row of the corpus, so that a switch is one change of one row.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Exists,
    ForeignKey,
    LargeBinary,
    Select,
    String,
    Table,
    delete,
    exists,
    func,
    select,
    update,
)

from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.corpora import CORPORA, OF_THE_PROJECT
from plimsoll.knowledge.tables.documents import DOCUMENTS, is_of
from plimsoll.store import STATE, insert_new

SecondRole = Literal["", "coming", "former"]
"""What the second model is: none, the next one, or the one before."""

VECTORS = Table(
    "knowledge_vectors",
    STATE,
    Column("chunk_id", String(32), ForeignKey(CHUNKS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Column("sentence_vectors", LargeBinary, nullable=False),
    info={**OF_THE_PROJECT, "tenant": "of the chunk that chunk_id names"},
)


class EmbeddingState(msgspec.Struct, frozen=True, kw_only=True):
    """The embedding models of a corpus."""

    fingerprint: str = ""
    """Identity of the one that serves; empty before the corpus was opened."""
    model: str = ""
    """What settings call it."""
    second_fingerprint: str = ""
    """Identity of the one whose vectors are kept as well; empty where there is none."""
    second_model: str = ""
    """What settings call it."""
    second_role: SecondRole = ""
    """What it is."""

    def model_of(self, fingerprint: str) -> str:
        """Return what settings call the model of this identity; empty where it is neither of the two."""
        return {self.second_fingerprint: self.second_model, self.fingerprint: self.model}.get(fingerprint, "")


class VectorRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one embedding model made of one chunk."""

    chunk_id: str
    """The chunk."""
    fingerprint: str
    """The model."""
    vector: bytes
    """One float32 vector, little-endian."""
    sentence_vectors: bytes
    """One float16 vector a sentence, little-endian."""


class UnembeddedText(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk that lacks the vectors of a model."""

    id: str
    """Its id."""
    context: str
    """Title and headings."""
    text: str
    """Its text."""
    sentence_spans: bytes
    """Its sentences."""


class KnownVectors(msgspec.Struct, frozen=True, kw_only=True):
    """The vectors of a chunk that is about to be replaced."""

    vector: bytes
    """One float32 vector."""
    sentence_vectors: bytes
    """One float16 vector a sentence."""


def read_embedding(connection: Connection, corpus: str) -> EmbeddingState:
    """Return the embedding models of the corpus."""
    columns = [CORPORA.c[name] for name in EmbeddingState.__struct_fields__]
    row = connection.execute(select(*columns).where(CORPORA.c.name == corpus)).mappings().first()
    return EmbeddingState(**row) if row else EmbeddingState()


def keep_second(connection: Connection, corpus: str, *, fingerprint: str, model: str) -> EmbeddingState:
    """Let a second model's vectors be kept from now on, unless there is a second one; return what there is then."""
    connection.execute(
        update(CORPORA)
        .where(CORPORA.c.name == corpus, CORPORA.c.second_role == "", CORPORA.c.fingerprint != fingerprint)
        .values(second_fingerprint=fingerprint, second_model=model, second_role="coming")
    )
    return read_embedding(connection, corpus)


def swap_embeddings(connection: Connection, corpus: str, *, role: SecondRole, becomes: SecondRole) -> int:
    """Let the second model serve if it is in this role and no chunk lacks its vectors; return how many chunks do.

    The row of the corpus is taken first, so that no document comes in between the count and the switch.
    """
    here = (CORPORA.c.name == corpus, CORPORA.c.second_role == role)
    connection.execute(update(CORPORA).where(*here).values(second_role=role))
    missing = count_missing(connection, corpus, read_embedding(connection, corpus).second_fingerprint)
    if not missing:
        swapped = {
            "fingerprint": CORPORA.c.second_fingerprint,
            "model": CORPORA.c.second_model,
            "second_fingerprint": CORPORA.c.fingerprint,
            "second_model": CORPORA.c.model,
            "second_role": becomes,
        }
        connection.execute(update(CORPORA).where(*here).values(swapped))
    return missing


def forget_second(connection: Connection, corpus: str) -> None:
    """Keep the second model's vectors no more, and drop those that there are."""
    fingerprint = read_embedding(connection, corpus).second_fingerprint
    values = {"second_fingerprint": "", "second_model": "", "second_role": "", "comparison": ""}
    connection.execute(update(CORPORA).where(CORPORA.c.name == corpus).values(values))
    connection.execute(
        delete(VECTORS).where(VECTORS.c.fingerprint == fingerprint, VECTORS.c.chunk_id.in_(_chunks_of(corpus)))
    )


def write_vectors(connection: Connection, corpus: str, rows: Sequence[VectorRow]) -> None:
    """Write vectors of chunks; those of a model that the corpus does not keep are left out."""
    state = read_embedding(connection, corpus)
    kept = [row for row in rows if row.fingerprint in {state.fingerprint, state.second_fingerprint}]
    insert_new(connection, VECTORS, [msgspec.structs.asdict(row) for row in kept])


def read_vectors(
    connection: Connection, document_ids: Sequence[str], *, fingerprint: str
) -> dict[tuple[str, str, bytes], KnownVectors]:
    """Return the vectors that this model made for the documents' chunks, by context, text and sentences."""
    query = (
        select(CHUNKS.c.context, CHUNKS.c.text, CHUNKS.c.sentence_spans, VECTORS.c.vector, VECTORS.c.sentence_vectors)
        .join_from(CHUNKS, VECTORS, VECTORS.c.chunk_id == CHUNKS.c.id)
        .where(CHUNKS.c.document_id.in_(document_ids), VECTORS.c.fingerprint == fingerprint)
    )
    return {
        (row.context, row.text, row.sentence_spans): KnownVectors(
            vector=row.vector, sentence_vectors=row.sentence_vectors
        )
        for row in connection.execute(query)
    }


def count_missing(connection: Connection, corpus: str, fingerprint: str) -> int:
    """Return how many chunks of the corpus lack the model's vectors."""
    lacking = _chunks_of(corpus).where(~_has_vectors(fingerprint)).subquery()
    return connection.execute(select(func.count()).select_from(lacking)).scalar_one()


def sum_missing_tokens(connection: Connection, corpus: str, fingerprint: str) -> int:
    """Return how many tokens the chunks have that lack the model's vectors, as they were counted when they were cut."""
    tokens = (
        select(func.sum(CHUNKS.c.tokens))
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(is_of(corpus), ~_has_vectors(fingerprint))
    )
    return int(connection.execute(tokens).scalar() or 0)


def page_missing(
    connection: Connection, corpus: str, fingerprint: str, *, after: str, limit: int
) -> list[UnembeddedText]:
    """Return the next chunks, by id, that lack the model's vectors."""
    query = (
        select(*(CHUNKS.c[name] for name in UnembeddedText.__struct_fields__))
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(is_of(corpus), CHUNKS.c.id > after, ~_has_vectors(fingerprint))
        .order_by(CHUNKS.c.id)
        .limit(limit)
    )
    return [UnembeddedText(**row) for row in connection.execute(query).mappings()]


def _chunks_of(corpus: str) -> Select[tuple[str]]:
    return (
        select(CHUNKS.c.id)
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(DOCUMENTS.c.corpus == corpus)
    )


def _has_vectors(fingerprint: str) -> Exists:
    return exists().where(VECTORS.c.chunk_id == CHUNKS.c.id, VECTORS.c.fingerprint == fingerprint)
