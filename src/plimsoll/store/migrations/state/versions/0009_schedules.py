"""The last run of everything that is done on a schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0009_schedules"
down_revision = "0008_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "knowledge_schedules",
        sa.Column("corpus", sa.String(64), nullable=False),
        sa.Column("task", sa.String(16), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corpus", "task", "source", name="pk_knowledge_schedules"),
    )
