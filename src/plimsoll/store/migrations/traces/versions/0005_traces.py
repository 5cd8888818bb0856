"""One row a trace, folded from its spans; spans ordered as traces are read, with what the fold needs of them.

What is stored is carried over a thousand spans at a time, so that memory stays bounded whatever there is.
"""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from plimsoll.store.migrations.traces.folding import fold, promote

revision = "0005_traces"
down_revision = "0004_score_costs"
branch_labels = None
depends_on = None

_STEP = 1_000


def upgrade() -> None:
    """Make the tables anew, carry the spans over, and fold them."""
    _put_aside()
    spans, traces = _make_spans(), _make_traces()
    _carry_over(spans, traces)
    op.drop_table("spans_before")
    _make_indexes()


def _put_aside() -> None:
    for name in ("start_ns_trace_id", "trace_id_start_ns_span_id", "roots", "feature_start_ns", "outcome_start_ns"):
        op.drop_index(f"ix_spans_{name}", "spans")
    op.drop_index("ix_spans_subject", "spans")
    op.rename_table("spans", "spans_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE spans_before RENAME CONSTRAINT pk_spans TO pk_spans_before")


def _make_spans() -> sa.Table:
    texts = ("session", "variant", "version", "release", "service", "tags", "prompt_hash", "call_id")
    return op.create_table(
        "spans",
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("start_ns", sa.BigInteger(), nullable=False),
        sa.Column("span_id", sa.String(16), nullable=False),
        sa.Column("parent_id", sa.String(16), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("end_ns", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("subject", "feature", "dataset", "outcome")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("error_class", "model")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("input_tokens", "output_tokens")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("cached_tokens", "reasoning_tokens")),
        sa.Column("cost_usd", sa.Double[float](), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in texts),
        sa.Column("inclusion", sa.Double[float](), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("attributes", "events")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("input_text", "output_text")),
        sa.PrimaryKeyConstraint("trace_id", "start_ns", "span_id", name="pk_spans"),
    )


def _make_traces() -> sa.Table:
    counted = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    facts = ("subject", "other_subjects", "session", "feature", "variant", "version", "release", "service", "dataset")
    ended = ("tags", "prompt_hash", "outcome", "error_class", "error", "model")
    return op.create_table(
        "traces",
        sa.Column("trace_id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("start_ns", "end_ns", "duration_ns")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("span_count", "head_ns")),
        sa.Column("head_id", sa.String(16), nullable=False),
        sa.Column("has_root", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in (*facts, *ended)),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counted),
        sa.Column("cost_usd", sa.Double[float](), nullable=True),
        sa.Column("unpriced", sa.BigInteger(), nullable=False),
        sa.Column("inclusion", sa.Double[float](), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("trace_id", name="pk_traces"),
    )


def _carry_over(spans: sa.Table, traces: sa.Table) -> None:
    connection = op.get_bind()
    before = sa.Table("spans_before", sa.MetaData(), autoload_with=connection)
    order = (before.c.trace_id, before.c.span_id)
    query = sa.select(before).order_by(*order).limit(_STEP)
    last: tuple[str, str] | None = None
    open_trace: list[dict[str, object]] = []
    while True:
        step = query if last is None else query.where(sa.tuple_(*order) > sa.tuple_(*last))
        rows = [promote(dict(row)) for row in connection.execute(step).mappings()]
        if not rows:
            break
        connection.execute(sa.insert(spans), rows)
        last = (str(rows[-1]["trace_id"]), str(rows[-1]["span_id"]))
        # The step's last trace may go on in the next one; of the spans it keeps what the fold needs, no content.
        kept = [{name: value for name, value in row.items() if name not in _CONTENT} for row in rows]
        groups = [list(group) for _, group in groupby((*open_trace, *kept), key=lambda row: row["trace_id"])]
        _insert(traces, [fold(group) for group in groups[:-1]])
        open_trace = groups[-1]
    _insert(traces, [fold(open_trace)] if open_trace else [])


_CONTENT = frozenset({"attributes", "events", "input_text", "output_text"})


def _insert(traces: sa.Table, rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(traces), rows)


def _make_indexes() -> None:
    is_retrieval, has_others = sa.text("kind = 'retrieval'"), sa.text("other_subjects IS NOT NULL")
    has_prompt, is_open = sa.text("prompt_hash IS NOT NULL"), sa.text("NOT settled")
    _make_partial("ix_spans_retrievals", "spans", ["name", "start_ns"], where=is_retrieval)
    op.create_index("ix_traces_start_ns_trace_id", "traces", ["start_ns", "trace_id"])
    for column in ("tenant", "feature", "outcome", "subject"):
        op.create_index(f"ix_traces_{column}_start_ns", "traces", [column, "start_ns"])
    _make_partial("ix_traces_other_subjects", "traces", ["tenant"], where=has_others)
    _make_partial("ix_traces_prompts", "traces", ["start_ns"], where=has_prompt)
    _make_partial("ix_traces_unsettled", "traces", ["trace_id"], where=is_open)


def _make_partial(name: str, table: str, columns: list[str], *, where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
