"""What calls cost: entries, totals by day, accounts of budgets and the holds on them."""

import sqlalchemy as sa
from alembic import op

revision = "0005_spend"
down_revision = "0004_allowances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the ledger."""
    op.create_table(
        "spend_entries",
        sa.Column("entry_id", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_names(),
        *_tokens(),
        sa.Column("cost_nano_usd", sa.BigInteger(), nullable=True),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("trace_id", sa.String(32), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_spend_entries"),
    )
    op.create_index("ix_spend_entries_at", "spend_entries", ["at"])
    op.create_index("ix_spend_entries_subject", "spend_entries", ["subject"])
    op.create_table(
        "spend_days",
        sa.Column("row_id", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        *_names(),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        *_tokens(),
        sa.Column("cost_nano_usd", sa.BigInteger(), nullable=False),
        sa.Column("unknown_costs", sa.BigInteger(), nullable=False),
        sa.Column("estimates", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_spend_days"),
    )
    op.create_index("ix_spend_days_day", "spend_days", ["day"])
    _make_accounts()


def _make_accounts() -> None:
    op.create_table(
        "spend_accounts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("settled_nano_usd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_spend_accounts"),
    )
    op.create_table(
        "spend_holds",
        sa.Column("hold_id", sa.String(32), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_nano_usd", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_spend_holds"),
    )
    op.create_index("ix_spend_holds_account", "spend_holds", ["account"])


def _names() -> list["sa.Column[str]"]:
    names = ("tenant", "subject", "groups", "feature", "alias", "provider", "model")
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _tokens() -> list["sa.Column[int]"]:
    names = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens")
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
