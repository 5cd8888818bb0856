"""How many tokens a chunk takes, and whether it was cut within a sentence."""

import sqlalchemy as sa
from alembic import op

revision = "0007_chunk_sizes"
down_revision = "0006_readers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; chunks that stand there are counted when their document is read again."""
    op.add_column("knowledge_chunks", sa.Column("tokens", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("knowledge_chunks", sa.Column("is_cut", sa.Boolean(), nullable=False, server_default=sa.false()))
