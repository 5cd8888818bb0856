"""What a scorer found, where a class or a number was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0002_score_labels"
down_revision = "0001_spans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the label; scores from before have none."""
    op.add_column("scores", sa.Column("label", sa.Text(), nullable=False, server_default=""))
