"""How much a corpus knows, and whether that is what another one knows."""

import hashlib
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from plimsoll.knowledge.tables.corpora import CORPORA
from plimsoll.knowledge.tables.documents import DOCUMENTS


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


def hash_content(connection: Connection, corpus: str) -> str:
    """Return a hash of the documents that answers can come from and of the embedding model that finds them.

    It is the same wherever the same documents were cut in the same way, whoever ingested them and when.
    """
    columns = (DOCUMENTS.c.tenant, DOCUMENTS.c.source, DOCUMENTS.c.content_hash, DOCUMENTS.c.recipe)
    rows = connection.execute(select(*columns).where(DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.error_code == ""))
    fingerprint = connection.execute(select(CORPORA.c.fingerprint).where(CORPORA.c.name == corpus)).scalar()
    known = [fingerprint, *sorted(tuple(row) for row in rows)]
    return hashlib.sha256(msgspec.json.encode(known)).hexdigest()
