"""The audits that were kept."""

import sqlalchemy as sa
from alembic import op

revision = "0010_audits"
down_revision = "0009_schedules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "knowledge_audits",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("corpus", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("worst", sa.String(16), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_audits"),
    )
    op.create_index("ix_knowledge_audits_corpus", "knowledge_audits", ["corpus"])
