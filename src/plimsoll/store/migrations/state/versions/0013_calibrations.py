"""What is known of judges: each calibration, kept."""

import sqlalchemy as sa
from alembic import op

revision = "0013_calibrations"
down_revision = "0012_eval_experiments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "eval_calibrations",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("dataset_version", sa.String(64), nullable=False),
        sa.Column("is_drawn", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_eval_calibrations"),
    )
    op.create_index("ix_eval_calibrations_judge", "eval_calibrations", ["judge", "version", "id"])
