"""Vectors of a chunk by embedding model, and which models serve a corpus."""

import sqlalchemy as sa
from alembic import op

revision = "0011_embeddings"
down_revision = "0010_audits"
branch_labels = None
depends_on = None

_COLUMNS = ("fingerprint", "vector", "sentence_vectors")
_LATEST = """
UPDATE knowledge_corpora SET model = 'plimsoll/minilm', fingerprint = (
    SELECT c.fingerprint FROM knowledge_chunks c JOIN knowledge_documents d ON d.id = c.document_id
    WHERE d.corpus = knowledge_corpora.name ORDER BY d.ingested_at DESC, c.id DESC LIMIT 1
) WHERE EXISTS (
    SELECT 1 FROM knowledge_chunks c JOIN knowledge_documents d ON d.id = c.document_id
    WHERE d.corpus = knowledge_corpora.name
)
"""


def upgrade() -> None:
    """Move the vectors to a table of their own; the model of the latest ones serves the corpus."""
    for name, kind in (
        ("fingerprint", sa.String(64)),
        ("model", sa.Text()),
        ("second_fingerprint", sa.String(64)),
        ("second_model", sa.Text()),
        ("second_role", sa.String(16)),
    ):
        op.add_column("knowledge_corpora", sa.Column(name, kind, nullable=False, server_default=""))
    op.execute(_LATEST)
    op.create_table(
        "knowledge_vectors",
        sa.Column("chunk_id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("sentence_vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chunk_id", "fingerprint", name="pk_knowledge_vectors"),
        sa.ForeignKeyConstraint(
            ["chunk_id"],
            ["knowledge_chunks.id"],
            name="fk_knowledge_vectors_chunk_id_knowledge_chunks",
            ondelete="CASCADE",
        ),
    )
    names = ", ".join(_COLUMNS)
    op.execute(f"INSERT INTO knowledge_vectors (chunk_id, {names}) SELECT id, {names} FROM knowledge_chunks")
    for name in _COLUMNS:
        op.drop_column("knowledge_chunks", name)
