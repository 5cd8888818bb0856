"""How many spans were lost, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0009_losses"
down_revision = "0008_sampled"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "losses",
        sa.Column("loss_id", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("spans", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("loss_id", name="pk_losses"),
    )
