"""Spans and scores."""

import sqlalchemy as sa
from alembic import op

revision = "0001_spans"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of spans and scores."""
    _make_spans()
    _make_scores()


def _make_spans() -> None:
    op.create_table(
        "spans",
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("span_id", sa.String(16), nullable=False),
        sa.Column("parent_id", sa.String(16), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("start_ns", sa.BigInteger(), nullable=False),
        sa.Column("end_ns", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("feature", sa.Text(), nullable=True),
        sa.Column("dataset", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("error_class", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cost_usd", sa.Double[float](), nullable=True),
        sa.Column("input_text", sa.Text(), nullable=True),
        sa.Column("output_text", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("trace_id", "span_id", name="pk_spans"),
    )
    op.create_index("ix_spans_start_ns_trace_id", "spans", ["start_ns", "trace_id"])
    op.create_index("ix_spans_trace_id_start_ns_span_id", "spans", ["trace_id", "start_ns", "span_id"])
    is_root = sa.text("parent_id IS NULL")
    columns = ["trace_id", "start_ns", "span_id"]
    op.create_index("ix_spans_roots", "spans", columns, sqlite_where=is_root, postgresql_where=is_root)
    op.create_index("ix_spans_feature_start_ns", "spans", ["feature", "start_ns"])
    op.create_index("ix_spans_outcome_start_ns", "spans", ["outcome", "start_ns"])
    op.create_index("ix_spans_subject", "spans", ["subject"])


def _make_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("score_id", sa.String(32), nullable=False),
        sa.Column("trace_id", sa.String(32), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Double[float](), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("score_id", name="pk_scores"),
    )
    op.create_index("ix_scores_trace_id", "scores", ["trace_id"])
    op.create_index("ix_scores_by", "scores", ["by"])
