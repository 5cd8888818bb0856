"""Trials of the playground that have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0020_playground_trials"
down_revision = "0019_trace_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of trials."""
    op.create_table(
        "playground_trials",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_playground_trials"),
    )
