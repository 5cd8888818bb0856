"""What evaluation runs were made with, why they stopped, and what their judges cost."""

import sqlalchemy as sa
from alembic import op

revision = "0012_eval_experiments"
down_revision = "0011_embeddings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of runs before this one nothing more is known."""
    for name, default in (("stop_reason", ""), ("scorers", "{}"), ("experiment", "{}")):
        op.add_column("eval_runs", sa.Column(name, sa.Text(), nullable=False, server_default=default))
    op.add_column("eval_results", sa.Column("scoring_usd", sa.Float(), nullable=True))
