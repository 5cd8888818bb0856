"""How much may be used, and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0004_allowances"
down_revision = "0003_evals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of allowances."""
    op.create_table(
        "allowances",
        sa.Column("allowance_id", sa.String(32), nullable=False),
        sa.Column("applies_to", sa.Text(), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("tokens_per_minute", sa.BigInteger(), nullable=True),
        sa.Column("concurrent", sa.Integer(), nullable=True),
        sa.Column("budget_nano_usd", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("allowance_id", name="pk_allowances"),
        sa.UniqueConstraint("applies_to", "period", name="uq_allowances_applies_to_period"),
    )
