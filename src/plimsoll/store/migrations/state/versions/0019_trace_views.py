"""Saved views: filters of traces that have a name."""

import sqlalchemy as sa
from alembic import op

revision = "0019_trace_views"
down_revision = "0018_comparisons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of saved views."""
    op.create_table(
        "trace_views",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_trace_views"),
    )
