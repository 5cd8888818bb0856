"""Who may read a document, how fresh it is, what its source says of it, and the sections of its chunks."""

import sqlalchemy as sa
from alembic import op

revision = "0006_readers"
down_revision = "0005_spend"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is known so far may be read by everyone, and was last seen when it was read."""
    for column in (
        sa.Column("origin", sa.String(64), nullable=False, server_default=""),
        sa.Column("readers", sa.JSON(), nullable=False, server_default='["public"]'),
        sa.Column("metadata", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("modified_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("truncated", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("knowledge_documents", column)
    op.execute("UPDATE knowledge_documents SET checked_at = ingested_at")
    op.add_column("knowledge_chunks", sa.Column("section", sa.Integer(), nullable=False, server_default="0"))
