"""Traces that not everybody may see are counted by an index of their own.

On PostgreSQL each order and bound of a list gets its own index in place of the one of all facts, which its planner does
not scan: it reads the table instead.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_orders"
down_revision = "0013_operations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    is_closed = sa.text("is_closed")
    op.create_index(
        "ix_traces_closed", "traces", ["start_ns", "trace_id"], sqlite_where=is_closed, postgresql_where=is_closed
    )
    if op.get_bind().dialect.name == "sqlite":
        return
    op.drop_index("ix_traces_facts", "traces")
    op.create_index("ix_traces_tenant", "traces", ["tenant", "start_ns", "trace_id"])
    op.create_index("ix_traces_duration", "traces", ["duration_ns", "trace_id"])
    op.create_index("ix_traces_cost", "traces", [sa.text("cost_usd DESC NULLS LAST"), sa.text("trace_id DESC")])
    op.create_index("ix_traces_tokens", "traces", [sa.text("(input_tokens + output_tokens)")])
