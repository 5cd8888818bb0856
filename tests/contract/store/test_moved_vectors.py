"""A database from before vectors had a table of their own keeps them, and says which model made them."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, insert, select

import plimsoll
from plimsoll.knowledge.tables.vectors import VectorRow, read_embedding

from contract.store.databases import BOTH, database, opened

pytestmark = pytest.mark.anyio
MIGRATIONS = Path(plimsoll.__file__).parent / "store" / "migrations"
CHUNK = {"document_id": "d1", "place": 0, "start": 0, "text": "x", "context": "", "heading": "", "sentence_spans": b""}
DOCUMENT = {
    "corpus": "docs",
    "tenant": "local",
    "title": "",
    "content_hash": "",
    "recipe": "",
    "chunk_count": 2,
    "sentence_count": 0,
    "ingested_at": 1,
    "error_code": "",
    "error_message": "",
}


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(MIGRATIONS / "state" / "versions"))
    config.attributes.update(connection=connection, version_table="plimsoll_state_version")
    command.upgrade(config, revision)


def _fill_as_before(url: str) -> None:
    """Write two chunks and their vectors as they were kept before."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        _upgrade(connection, "0010_audits")
        tables = MetaData()
        tables.reflect(connection)
        for name in ("docs", "empty"):
            connection.execute(insert(tables.tables["knowledge_corpora"]).values(name=name, applied_seq=3))
        connection.execute(insert(tables.tables["knowledge_documents"]).values(id="d1", source="a.md", **DOCUMENT))
        for chunk, vector in (("c1", b"\x01"), ("c2", b"\x02")):
            made = {"fingerprint": "blue", "vector": vector, "sentence_vectors": b"\x09"}
            connection.execute(insert(tables.tables["knowledge_chunks"]).values(id=chunk, **CHUNK, **made))
    engine.dispose()


@pytest.mark.parametrize("kind", BOTH)
async def test_vectors_are_moved_with_the_model_that_made_them(kind: str, tmp_path: Path):
    with database(kind, tmp_path) as url:
        _fill_as_before(url)
        async with opened(url) as store:
            moved = await store.read(_read_vectors)
            docs = await store.read(lambda connection: read_embedding(connection, "docs"))
            empty = await store.read(lambda connection: read_embedding(connection, "empty"))
    assert [(row.chunk_id, row.fingerprint, row.vector) for row in moved] == [
        ("c1", "blue", b"\x01"),
        ("c2", "blue", b"\x02"),
    ]
    assert (docs.fingerprint, docs.model, docs.second_role) == ("blue", "plimsoll/minilm", "")
    assert empty.fingerprint == ""


def _read_vectors(connection: Connection) -> list[VectorRow]:
    tables = MetaData()
    tables.reflect(connection, only=["knowledge_vectors"])
    vectors = tables.tables["knowledge_vectors"]
    return [VectorRow(**row) for row in connection.execute(select(vectors).order_by(vectors.c.chunk_id)).mappings()]
