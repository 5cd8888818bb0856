"""Stored datasets: versions, the cases they hold, and which version holds which."""

import sqlalchemy as sa
from alembic import op

revision = "0014_datasets"
down_revision = "0013_calibrations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of versions, cases and entries."""
    op.create_table(
        "dataset_versions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("current_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_dataset_versions"),
    )
    op.create_table(
        "dataset_cases",
        sa.Column("content_id", sa.String(64), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("content_id", name="pk_dataset_cases"),
    )
    op.create_index("ix_dataset_cases_subject", "dataset_cases", ["subject", "tenant"])
    op.create_table(
        "dataset_entries",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", "place", name="pk_dataset_entries"),
        sa.ForeignKeyConstraint(
            ["content_id"], ["dataset_cases.content_id"], name="fk_dataset_entries_content_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["name", "version"],
            ["dataset_versions.name", "dataset_versions.version"],
            name="fk_dataset_entries_name_version",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_dataset_entries_content_id", "dataset_entries", ["content_id"])
