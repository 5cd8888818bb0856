"""How each declared source of a corpus fares, and what a source calls the state of a document that was read."""

import sqlalchemy as sa
from alembic import op

revision = "0008_sources"
down_revision = "0007_chunk_sizes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of sources and add the column."""
    op.add_column("knowledge_documents", sa.Column("version", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "knowledge_sources",
        sa.Column("corpus", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("corpus", "name", name="pk_knowledge_sources"),
        sa.ForeignKeyConstraint(
            ["corpus"], ["knowledge_corpora.name"], name="fk_knowledge_sources_corpus_knowledge_corpora"
        ),
    )
