"""The last comparison of a corpus's two embedding models, kept with the corpus."""

import sqlalchemy as sa
from alembic import op

revision = "0018_comparisons"
down_revision = "0017_prompts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give corpora a place for it."""
    op.add_column("knowledge_corpora", sa.Column("comparison", sa.Text(), nullable=False, server_default=""))
