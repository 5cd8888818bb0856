"""The tables: spans with their content, one row a trace that every list reads, scores, and what is counted of them."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, String, Table, Text, text

from plimsoll.store import TRACES, Moment

_IS_RETRIEVAL = text("kind = 'retrieval'")
_HAS_OTHERS = text("other_subjects IS NOT NULL")
_HAS_PROMPT = text("prompt_hash IS NOT NULL")
_IS_OPEN = text("NOT settled")
_HAS_DATASET = text("dataset IS NOT NULL")
_IS_CLOSED = text("is_closed")
_HAS_TAGS = text("tags IS NOT NULL")
_NARROWED = ("session", "error_class", "model", "variant", "version", "service", "kind")
_FACTS = (
    *("tenant", "start_ns", "trace_id", "duration_ns", "cost_usd", "input_tokens", "output_tokens", "is_closed"),
    *("subject", "feature", "outcome", "error_class", "model", "variant", "dataset", "kind"),
)
_IS_WHOLE = text("NOT is_sliced")
_IS_STALE = text("is_stale")
_IS_WAITING = text("NOT is_counted AND trace_id IS NOT NULL")


def _where_given(name: str) -> Index:
    """Return an index by a fact and the beginning, of the traces that have the fact."""
    is_given = text(f"{name} IS NOT NULL")
    return Index(f"ix_traces_{name}", name, "start_ns", sqlite_where=is_given, postgresql_where=is_given)


# Content comes last: what the fold reads must not lie behind megabytes of text in SQLite's pages.
SPANS = Table(
    "spans",
    TRACES,
    Column("trace_id", String(32), primary_key=True),
    Column("start_ns", BigInteger, primary_key=True),
    Column("span_id", String(16), primary_key=True),
    Column("parent_id", String(16)),
    Column("name", Text, nullable=False),
    Column("kind", Text),
    Column("end_ns", BigInteger, nullable=False),
    Column("error", Text),
    Column("tenant", Text, nullable=False),
    Column("subject", Text),
    Column("feature", Text),
    Column("dataset", Text),
    Column("outcome", Text),
    Column("error_class", Text),
    Column("model", Text),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("cost_usd", Double[float]()),
    Column("session", Text),
    Column("variant", Text),
    Column("version", Text),
    Column("release", Text),
    Column("service", Text),
    Column("tags", Text),
    Column("prompt_hash", Text),
    Column("call_id", Text),
    Column("inclusion", Double[float]()),
    Column("is_closed", Boolean, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("input_text", Text),
    Column("output_text", Text),
    # The key is the order in which a trace is read, so that one index does for both; lists read `traces` only.
    Index("ix_spans_retrievals", "name", "start_ns", sqlite_where=_IS_RETRIEVAL, postgresql_where=_IS_RETRIEVAL),
    info={
        "tenant": "tenant",
        "subject": "subject; every span inherits its root's, so that a trace that lost its root can be erased too",
        "retention": "as long as the project's settings say: Traces.prune(Keep)",
        "erase": "Traces.erase(subject) deletes every trace with a span of the subject, and the scores about it",
    },
)

SUMMARIES = Table(
    "traces",
    TRACES,
    Column("trace_id", String(32), primary_key=True),
    Column("start_ns", BigInteger, nullable=False),
    Column("end_ns", BigInteger, nullable=False),
    Column("duration_ns", BigInteger, nullable=False),
    Column("span_count", BigInteger, nullable=False),
    Column("head_ns", BigInteger, nullable=False),
    Column("head_id", String(16), nullable=False),
    Column("has_root", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text),
    Column("tenant", Text, nullable=False),
    Column("subject", Text),
    Column("other_subjects", Text),
    Column("session", Text),
    Column("feature", Text),
    Column("variant", Text),
    Column("version", Text),
    Column("release", Text),
    Column("service", Text),
    Column("dataset", Text),
    Column("tags", Text),
    Column("prompt_hash", Text),
    Column("outcome", Text),
    Column("error_class", Text),
    Column("error", Text),
    Column("model", Text),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost_usd", Double[float]()),
    Column("unpriced", BigInteger, nullable=False),
    Column("inclusion", Double[float](), nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("counted", Text),
    Column("arrivals", BigInteger),
    Index(None, "start_ns", "trace_id"),
    # All that lists are sorted by and compared with, so that a list by duration or cost reads this and no row. Its
    # planner knows how many rows a condition passes: PostgreSQL has an index for each order instead.
    Index("ix_traces_facts", *_FACTS).ddl_if(dialect="sqlite"),
    Index("ix_traces_tenant", "tenant", "start_ns", "trace_id").ddl_if(dialect="postgresql"),
    Index("ix_traces_duration", "duration_ns", "trace_id").ddl_if(dialect="postgresql"),
    Index("ix_traces_cost", text("cost_usd DESC NULLS LAST"), text("trace_id DESC")).ddl_if(dialect="postgresql"),
    Index("ix_traces_tokens", text("(input_tokens + output_tokens)")).ddl_if(dialect="postgresql"),
    Index("ix_traces_closed", "start_ns", "trace_id", sqlite_where=_IS_CLOSED, postgresql_where=_IS_CLOSED),
    Index(None, "feature", "start_ns"),
    Index(None, "outcome", "start_ns"),
    Index(None, "subject", "start_ns"),
    *(_where_given(name) for name in _NARROWED),
    Index("ix_traces_dataset", "start_ns", "trace_id", sqlite_where=_HAS_DATASET, postgresql_where=_HAS_DATASET),
    Index("ix_traces_tags", "start_ns", "trace_id", sqlite_where=_HAS_TAGS, postgresql_where=_HAS_TAGS),
    Index("ix_traces_other_subjects", "tenant", sqlite_where=_HAS_OTHERS, postgresql_where=_HAS_OTHERS),
    Index("ix_traces_prompts", "start_ns", sqlite_where=_HAS_PROMPT, postgresql_where=_HAS_PROMPT),
    Index("ix_traces_unsettled", "trace_id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    info={
        "tenant": "tenant",
        "subject": "subject, and other_subjects where its spans name several",
        "retention": "as long as its spans",
        "erase": "goes with its spans",
    },
)

SAMPLED = Table(
    "sampled",
    TRACES,
    Column("trace_id", String(32), primary_key=True),
    Column("chance", Double[float](), nullable=False),
    info={
        "tenant": "that of the trace",
        "subject": "none: it holds the chance with which a trace stayed",
        "retention": "as long as the trace",
        "erase": "goes with the trace",
    },
)

LEAVING = Table(
    "leaving",
    TRACES,
    Column("trace_id", String(32), primary_key=True),
    Column("before_ns", BigInteger, nullable=False),
    info={
        "tenant": "that of the trace",
        "subject": "none: it holds ids of traces whose row is gone and whose spans are being deleted",
        "retention": "until the last of these spans is deleted",
        "erase": "Traces.erase and Traces.prune delete what is left of these traces",
    },
)

SCORES = Table(
    "scores",
    TRACES,
    Column("score_id", String(32), primary_key=True),
    Column("trace_id", String(32), index=True),
    Column("case_id", Text),
    Column("name", Text, nullable=False),
    Column("value", Double[float]()),
    Column("passed", Boolean),
    Column("label", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("by", Text, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("version", Text, nullable=False),
    Column("inclusion", Double[float](), nullable=False),
    Column("cost_usd", Double[float]()),
    Column("is_counted", Boolean, nullable=False),
    Index("ix_scores_name", "name", "at"),
    Index("ix_scores_value", "name", "value", "trace_id"),
    Index("ix_scores_passed", "name", "passed", "trace_id"),
    Index("ix_scores_uncounted", "trace_id", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
    info={
        "tenant": "that of the trace it is about",
        "subject": "by, where a person judged; and the subject of the trace it is about",
        "retention": "as long as the trace it is about; a score about a case only stays",
        "erase": "Traces.erase(subject) deletes scores about the subject's traces, blanks `by` and `reason` of others",
    },
)

_COUNTED: dict[str, str] = {
    "tenant": "tenant",
    "subject": "none: it holds counts, and names of features, models, steps and scores",
    "retention": "longer than the traces that were counted: deleting one takes nothing away from them",
    "erase": "none: there is nothing of a person in it",
}

FIGURES = Table(
    "figures",
    TRACES,
    # A hash of the other names, so that rows are found and written by one column on both databases.
    Column("id", String(32), primary_key=True),
    Column("seconds", BigInteger, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("error_class", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("is_evaluation", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("unpriced", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("latencies", LargeBinary, nullable=False),
    Index("ix_figures_when", "tenant", "kind", "seconds", "start", "feature"),
    info=_COUNTED,
)

SCORE_FIGURES = Table(
    "score_figures",
    TRACES,
    Column("id", String(32), primary_key=True),
    Column("seconds", BigInteger, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_evaluation", Boolean, nullable=False),
    Column("judged", BigInteger, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("weight", BigInteger, nullable=False),
    Column("passed", BigInteger, nullable=False),
    Index("ix_score_figures_when", "tenant", "seconds", "start", "feature"),
    info=_COUNTED,
)

_WORDS: dict[str, str] = {
    "tenant": "a check of it stands with every span; a search shows the traces of one tenant only",
    "subject": "none; what it says of a span is blanked when that is deleted",
    "retention": "as long as the spans that it is about",
    "erase": "Traces.erase(subject) and Traces.prune take out what is said of the spans that they delete",
}

TEXT_BLOCKS = Table(
    "text_blocks",
    TRACES,
    Column("block_id", Integer, primary_key=True),
    Column("spans", BigInteger, nullable=False),
    Column("first_ns", BigInteger, nullable=False),
    Column("last_ns", BigInteger, nullable=False),
    Column("is_sliced", Boolean, nullable=False),
    Column("is_stale", Boolean, nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("signatures", LargeBinary),
    Index("ix_text_blocks_whole", "block_id", "spans", sqlite_where=_IS_WHOLE, postgresql_where=_IS_WHOLE),
    Index("ix_text_blocks_when", "last_ns", "block_id", "first_ns", "spans", "is_sliced"),
    Index("ix_text_blocks_stale", "block_id", sqlite_where=_IS_STALE, postgresql_where=_IS_STALE),
    info=_WORDS,
)

TEXT_PARTS = Table(
    "text_parts",
    TRACES,
    Column("block_id", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("bits", LargeBinary, nullable=False),
    info=_WORDS,
)

LOSSES = Table(
    "losses",
    TRACES,
    Column("loss_id", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("spans", BigInteger, nullable=False),
    info={
        "tenant": "none: it counts the spans of all",
        "subject": "none: it holds counts",
        "retention": "30 days, older ones go when the next loss is noted",
        "erase": "none: there is nothing of a person in it",
    },
)
