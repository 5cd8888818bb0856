"""The texts that prompts had, by their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0017_prompts"
down_revision = "0014_datasets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of prompt texts."""
    op.create_table(
        "prompt_texts",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "path", name="pk_prompt_texts"),
    )
