"""How often a long trace was added to since it was folded, so that it can be folded outside the transaction."""

import sqlalchemy as sa
from alembic import op

revision = "0015_arrivals"
down_revision = "0014_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing came since any trace was folded."""
    op.add_column("traces", sa.Column("arrivals", sa.BigInteger()))
