"""What is counted of traces and scores, by minute, hour and day.

Traces and scores from before are marked; they are counted in the background, in portions, once a project is open.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_figures"
down_revision = "0005_traces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and mark what is to be counted."""
    _make_figures()
    _make_score_figures()
    op.add_column("traces", sa.Column("counted", sa.Text(), nullable=True))
    op.execute("UPDATE traces SET counted = '[]', settled = false")
    op.add_column("scores", sa.Column("is_counted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE scores SET is_counted = true WHERE trace_id IS NULL")
    is_waiting = sa.text("NOT is_counted AND trace_id IS NOT NULL")
    op.create_index("ix_scores_uncounted", "scores", ["trace_id"], sqlite_where=is_waiting, postgresql_where=is_waiting)


def _make_figures() -> None:
    counted = ("count", "unpriced", "cost", "input_tokens", "output_tokens", "cached_tokens")
    named = ("tenant", "feature", "variant", "kind", "name", "error_class", "outcome")
    op.create_table(
        "figures",
        sa.Column("id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("seconds", "start")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in named),
        sa.Column("is_evaluation", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counted),
        sa.Column("latencies", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figures"),
    )
    op.create_index("ix_figures_when", "figures", ["tenant", "kind", "seconds", "start", "feature"])


def _make_score_figures() -> None:
    op.create_table(
        "score_figures",
        sa.Column("id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("seconds", "start")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("tenant", "feature", "variant", "name")),
        sa.Column("is_evaluation", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("judged", "missing", "weight", "passed")),
        sa.PrimaryKeyConstraint("id", name="pk_score_figures"),
    )
    op.create_index("ix_score_figures_when", "score_figures", ["tenant", "seconds", "start", "feature"])
