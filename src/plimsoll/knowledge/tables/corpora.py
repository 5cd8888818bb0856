"""The table of corpora: one row each, which counts the changes of what the corpus knows.

Writers of one corpus take its row first, so that they wait for each other on every database.
"""

from datetime import datetime

from sqlalchemy import Column, Connection, Integer, String, Table, Text, select, update

from plimsoll.store import STATE, Moment, insert_new

OF_THE_PROJECT = {
    "tenant": "tenant, on the document",
    "subject": "none: documents belong to the project, not to a caller",
    "retention": "until the file is removed and its folder ingested again",
    "erase": "none: remove the file and ingest its folder again",
}
"""What the tables of documents say of tenant, subject, retention and erasure."""

CORPORA = Table(
    "knowledge_corpora",
    STATE,
    Column("name", String(64), primary_key=True),
    Column("applied_seq", Integer, nullable=False),
    Column("updated_at", Moment, nullable=True),
    Column("fingerprint", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("second_fingerprint", String(64), nullable=False),
    Column("second_model", Text, nullable=False),
    Column("second_role", String(16), nullable=False),
    Column("comparison", Text, nullable=False),
    info={**OF_THE_PROJECT, "tenant": "none: a corpus may hold documents of several tenants"},
)


def ensure_corpus(connection: Connection, name: str, *, fingerprint: str, model: str) -> None:
    """Write the corpus's row unless it is there; the embedding model serves it unless another one does."""
    serving = {"fingerprint": fingerprint, "model": model}
    second = {"second_fingerprint": "", "second_model": "", "second_role": "", "comparison": ""}
    insert_new(connection, CORPORA, [{"name": name, "applied_seq": 0, "updated_at": None, **serving, **second}])
    connection.execute(update(CORPORA).where(CORPORA.c.name == name, CORPORA.c.fingerprint == "").values(serving))


def read_seq(connection: Connection, corpus: str) -> int:
    """Return how many changes were applied to the corpus."""
    return connection.execute(select(CORPORA.c.applied_seq).where(CORPORA.c.name == corpus)).scalar() or 0


def count_change(connection: Connection, corpus: str, at: datetime) -> None:
    """Count a change of the corpus; its row then keeps other writers waiting until the transaction ends."""
    connection.execute(
        update(CORPORA).where(CORPORA.c.name == corpus).values(applied_seq=CORPORA.c.applied_seq + 1, updated_at=at)
    )


def keep_comparison(connection: Connection, corpus: str, comparison: str) -> None:
    """Keep what a comparison of the corpus's two embedding models said, in place of the one before it."""
    connection.execute(update(CORPORA).where(CORPORA.c.name == corpus).values(comparison=comparison))


def read_comparison(connection: Connection, corpus: str) -> str:
    """Return what was kept of the last comparison; empty where there is none."""
    return connection.execute(select(CORPORA.c.comparison).where(CORPORA.c.name == corpus)).scalar() or ""
