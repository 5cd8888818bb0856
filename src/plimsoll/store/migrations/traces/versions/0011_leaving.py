"""Traces that are gone for everybody and whose spans are being deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0011_leaving"
down_revision = "0010_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; none is on its way before."""
    op.create_table(
        "leaving",
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("before_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("trace_id", name="pk_leaving"),
    )
