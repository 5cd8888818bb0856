"""With which chance a trace stayed when others like it were left out."""

import sqlalchemy as sa
from alembic import op

revision = "0008_sampled"
down_revision = "0007_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; every trace from before stayed for certain."""
    op.create_table(
        "sampled",
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("chance", sa.Double[float](), nullable=False),
        sa.PrimaryKeyConstraint("trace_id", name="pk_sampled"),
    )
