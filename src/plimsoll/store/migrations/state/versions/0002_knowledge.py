"""What corpora know: documents and their chunks."""

import sqlalchemy as sa
from alembic import op

revision = "0002_knowledge"
down_revision = "0001_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of corpora, documents and chunks."""
    _make_corpora()
    _make_documents()
    _make_chunks()


def _make_corpora() -> None:
    op.create_table(
        "knowledge_corpora",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("applied_seq", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_knowledge_corpora"),
    )


def _make_documents() -> None:
    op.create_table(
        "knowledge_documents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("corpus", sa.String(64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("recipe", sa.String(64), nullable=False),
        sa.Column("chunk_count", sa.Integer(), nullable=False),
        sa.Column("sentence_count", sa.Integer(), nullable=False),
        sa.Column("ingested_at", sa.BigInteger(), nullable=False),
        sa.Column("error_code", sa.String(64), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_documents"),
        sa.ForeignKeyConstraint(
            ["corpus"], ["knowledge_corpora.name"], name="fk_knowledge_documents_corpus_knowledge_corpora"
        ),
        sa.UniqueConstraint("corpus", "tenant", "source", name="uq_knowledge_documents_corpus_tenant_source"),
    )


def _make_chunks() -> None:
    op.create_table(
        "knowledge_chunks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("sentence_spans", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("sentence_vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_chunks"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["knowledge_documents.id"],
            name="fk_knowledge_chunks_document_id_knowledge_documents",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_knowledge_chunks_document_id", "knowledge_chunks", ["document_id"])
