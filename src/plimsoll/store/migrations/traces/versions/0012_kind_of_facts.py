"""The index of all facts knows the root's kind: lists leave out what judges were asked without reading a row."""

from alembic import op

revision = "0012_kind_of_facts"
down_revision = "0011_leaving"
branch_labels = None
depends_on = None

_FACTS = (
    *("tenant", "start_ns", "trace_id", "duration_ns", "cost_usd", "input_tokens", "output_tokens", "is_closed"),
    *("subject", "feature", "outcome", "error_class", "model", "variant", "dataset", "kind"),
)


def upgrade() -> None:
    """Make the index anew, with the kind behind what it had."""
    op.drop_index("ix_traces_facts", "traces")
    op.create_index("ix_traces_facts", "traces", list(_FACTS))
