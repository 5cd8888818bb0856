"""Which version of a judge gave a score, and with what chance its trace was chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0003_score_versions"
down_revision = "0002_score_labels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; scores from before came of no known version, and every trace was judged."""
    op.add_column("scores", sa.Column("version", sa.Text(), nullable=False, server_default=""))
    op.add_column("scores", sa.Column("inclusion", sa.Double(), nullable=False, server_default="1"))
    op.create_index("ix_scores_name", "scores", ["name", "at"])
