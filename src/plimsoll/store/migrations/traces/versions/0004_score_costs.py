"""What giving a score cost."""

import sqlalchemy as sa
from alembic import op

revision = "0004_score_costs"
down_revision = "0003_score_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the cost; scores from before were not told apart from their runs, and count for nothing."""
    op.add_column("scores", sa.Column("cost_usd", sa.Double(), nullable=True, server_default="0"))
