"""The tables of spans and scores, and every statement over them. Only this room reads or writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Executable,
    FromClause,
    Index,
    String,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from plimsoll.store import TRACES, Moment, insert_new
from plimsoll.traces.records import TraceFilter
from plimsoll.traces.summary import Page, Row

_CLOSED = '"plimsoll.retrieval.is_closed":true'
_IS_ROOT = text("parent_id IS NULL")

SPANS = Table(
    "spans",
    TRACES,
    Column("trace_id", String(32), primary_key=True),
    Column("span_id", String(16), primary_key=True),
    Column("parent_id", String(16)),
    Column("name", Text, nullable=False),
    Column("kind", Text),
    Column("start_ns", BigInteger, nullable=False),
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
    Column("cost_usd", Double[float]()),
    Column("input_text", Text),
    Column("output_text", Text),
    Column("attributes", Text, nullable=False),
    Column("events", Text, nullable=False),
    # Order of the list; then, twice, whether a span is its trace's head; then the filters of the list; then erasure.
    Index(None, "start_ns", "trace_id"),
    Index(None, "trace_id", "start_ns", "span_id"),
    Index("ix_spans_roots", "trace_id", "start_ns", "span_id", sqlite_where=_IS_ROOT, postgresql_where=_IS_ROOT),
    Index(None, "feature", "start_ns"),
    Index(None, "outcome", "start_ns"),
    Index(None, "subject"),
    info={
        "tenant": "tenant",
        "subject": "subject; every span inherits its root's, so that a trace that lost its root can be erased too",
        "retention": "as long as the project's settings say: Traces.prune(older_than)",
        "erase": "Traces.erase(subject) deletes every trace with a span of the subject, and the scores about it",
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
    Index("ix_scores_name", "name", "at"),
    info={
        "tenant": "that of the trace it is about",
        "subject": "by, where a person judged; and the subject of the trace it is about",
        "retention": "as long as the trace it is about; a score about a case only stays",
        "erase": "Traces.erase(subject) deletes scores about the subject's traces, blanks `by` and `reason` of others",
    },
)

_LISTED = [column for column in SPANS.c if column.name not in {"attributes", "events"}]


def insert_spans(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the spans that are not there yet; a span is told by its trace and its own id."""
    insert_new(connection, SPANS, rows)


def insert_scores(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert scores."""
    if rows:
        connection.execute(insert(SCORES), [dict(row) for row in rows])


@dataclass(frozen=True)
class TraceRows:
    """What the tables say about one trace."""

    page: Page
    """The trace as a page of one; of none when it does not exist."""
    spans: list[Row]
    """Its spans, by beginning."""


def read_page(connection: Connection, *, where: TraceFilter, since_ns: int | None) -> Page | None:
    """Return the traces that the filter lets through, youngest first; None when `before` names no trace."""
    head = SPANS.alias("head")
    query = select(*(head.c[column.name] for column in _LISTED)).where(_is_head(head), *_narrowed(head, where))
    if since_ns is not None:
        query = query.where(head.c.start_ns >= since_ns)
    if where.before is not None:
        last = find_head(connection, where.before)
        if last is None:
            return None
        query = query.where(tuple_(head.c.start_ns, head.c.trace_id) < tuple_(last["start_ns"], last["trace_id"]))
    query = query.order_by(head.c.start_ns.desc(), head.c.trace_id.desc()).limit(where.limit)
    return _page(connection, _rows(connection, query))


def read_trace(connection: Connection, *, trace_id: str, limit: int) -> TraceRows:
    """Return one trace with its first spans, over one snapshot."""
    head = find_head(connection, trace_id)
    return TraceRows(_page(connection, [head] if head else []), list_spans(connection, trace_id, limit=limit))


def _page(connection: Connection, heads: Sequence[Row]) -> Page:
    trace_ids = [str(head["trace_id"]) for head in heads]
    extents = {str(row["trace_id"]): row for row in measure_traces(connection, trace_ids)}
    calls = {str(row["trace_id"]): row for row in sum_model_calls(connection, trace_ids)}
    return Page(heads, extents, calls)


def find_head(connection: Connection, trace_id: str) -> Row | None:
    """Return the head span of one trace, or None."""
    is_child = SPANS.c.parent_id.is_not(None)
    query = select(*_LISTED).where(SPANS.c.trace_id == trace_id).order_by(is_child, SPANS.c.start_ns, SPANS.c.span_id)
    return next(iter(_rows(connection, query.limit(1))), None)


def find_trace_ids(connection: Connection, *, prefix: str, tenant: str | None) -> list[str]:
    """Return up to three trace ids that begin with the prefix, which is hexadecimal."""
    # A range, not LIKE: it uses the index on both databases, and 'g' sorts after every hexadecimal digit.
    query = select(SPANS.c.trace_id).distinct().where(SPANS.c.trace_id >= prefix, SPANS.c.trace_id < f"{prefix}g")
    if tenant is not None:
        query = query.where(SPANS.c.tenant == tenant)
    return list(connection.execute(query.order_by(SPANS.c.trace_id).limit(3)).scalars())


def list_spans(connection: Connection, trace_id: str, *, limit: int) -> list[Row]:
    """Return the spans of a trace, by beginning."""
    order = (SPANS.c.start_ns, SPANS.c.parent_id.is_not(None), SPANS.c.span_id)
    query = select(SPANS).where(SPANS.c.trace_id == trace_id).order_by(*order).limit(limit)
    return _rows(connection, query)


def measure_traces(connection: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """Return, for each trace, how many spans it has, when the first began and when the last ended."""
    query = select(
        SPANS.c.trace_id,
        func.count().label("span_count"),
        func.min(SPANS.c.start_ns).label("start_ns"),
        func.max(SPANS.c.end_ns).label("end_ns"),
        func.max(SPANS.c.feature).label("feature"),
        func.max(SPANS.c.subject).label("subject"),
        func.max(case((_is_closed(SPANS), 1), else_=0)).label("is_closed"),
    )
    query = query.where(SPANS.c.trace_id.in_(trace_ids)).group_by(SPANS.c.trace_id)
    return _rows(connection, query)


def sum_model_calls(connection: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """Return tokens and cost of each trace that called a model, summed over leaf calls.

    A call that contains another one, however deep, is not a leaf: its provider counted the same tokens again.
    """
    call, up = SPANS.alias("call"), SPANS.alias("up")
    is_call = and_(call.c.trace_id.in_(trace_ids), call.c.kind == "model")
    above = select(call.c.trace_id, call.c.parent_id.label("span_id")).where(is_call, call.c.parent_id.is_not(None))
    climbing = above.cte("above", recursive=True)
    same_span = and_(up.c.trace_id == climbing.c.trace_id, up.c.span_id == climbing.c.span_id)
    step = select(up.c.trace_id, up.c.parent_id).join(climbing, same_span).where(up.c.parent_id.is_not(None))
    ancestors = climbing.union(step)
    # A join, not `NOT IN`: that would make SQLite read all ancestors for every call.
    is_ancestor = and_(call.c.trace_id == ancestors.c.trace_id, call.c.span_id == ancestors.c.span_id)
    query = select(
        call.c.trace_id,
        _whole_sum(call.c.input_tokens).label("input_tokens"),
        _whole_sum(call.c.output_tokens).label("output_tokens"),
        func.sum(call.c.cost_usd).label("cost_usd"),
        (func.count() - func.count(call.c.cost_usd)).label("unpriced"),
    )
    leaves = query.outerjoin_from(call, ancestors, is_ancestor).where(is_call, ancestors.c.span_id.is_(None))
    return _rows(connection, leaves.group_by(call.c.trace_id))


def list_scores_of(connection: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """Return the scores about the traces, oldest first."""
    query = select(SCORES).where(SCORES.c.trace_id.in_(trace_ids)).order_by(SCORES.c.at, SCORES.c.score_id)
    return _rows(connection, query)


def list_live_scores(connection: Connection, feature: str, *, since: datetime, limit: int) -> list[Row]:
    """Return the newest scores since the moment about live requests to a feature: no case of an evaluation."""
    is_asked = and_(SPANS.c.trace_id == SCORES.c.trace_id, SPANS.c.parent_id.is_(None), SPANS.c.feature == feature)
    is_live = and_(SCORES.c.case_id.is_(None), SCORES.c.at >= since, exists().where(is_asked))
    return _rows(connection, select(SCORES).where(is_live).order_by(SCORES.c.at.desc()).limit(limit))


def sum_judging(connection: Connection, names: Sequence[str], since: datetime) -> Row:
    """Return what live scores of these names cost since the moment, and how many have no known price."""
    query = select(
        func.coalesce(func.sum(SCORES.c.cost_usd), 0.0).label("cost_usd"),
        (func.count() - func.count(SCORES.c.cost_usd)).label("unpriced"),
    )
    is_live = and_(SCORES.c.name.in_(names), SCORES.c.at >= since, SCORES.c.case_id.is_(None))
    return _rows(connection, query.where(is_live))[0]


def list_retrievals(connection: Connection, *, corpus: str, since_ns: int, limit: int) -> list[str]:
    """Return the attributes of the newest retrievals from a corpus since the moment, as JSON."""
    is_retrieval = and_(SPANS.c.kind == "retrieval", SPANS.c.name == f"retrieve {corpus}")
    query = select(SPANS.c.attributes).where(is_retrieval, SPANS.c.start_ns >= since_ns)
    return list(connection.execute(query.order_by(SPANS.c.start_ns.desc()).limit(limit)).scalars())


def list_requests(connection: Connection, *, since_ns: int, limit: int) -> list[Row]:
    """Return the newest requests of features since the moment: feature, dataset, beginning and attributes as JSON."""
    columns = (SPANS.c.feature, SPANS.c.dataset, SPANS.c.start_ns, SPANS.c.attributes)
    query = select(*columns).where(SPANS.c.kind.in_(("request", "judge")), SPANS.c.start_ns >= since_ns)
    return _rows(connection, query.order_by(SPANS.c.start_ns.desc()).limit(limit))


def find_subject_traces(connection: Connection, subject: str, tenant: str) -> list[str]:
    """Return the ids of all traces with a span of the subject."""
    of_subject = and_(SPANS.c.subject == subject, SPANS.c.tenant == tenant)
    return list(connection.execute(select(SPANS.c.trace_id).distinct().where(of_subject)).scalars())


def find_old_traces(connection: Connection, before_ns: int, *, limit: int) -> list[str]:
    """Return the ids of traces of which no span ended at the moment or later."""
    candidates = select(SPANS.c.trace_id).where(SPANS.c.start_ns < before_ns)
    query = select(SPANS.c.trace_id).where(SPANS.c.trace_id.in_(candidates)).group_by(SPANS.c.trace_id)
    return list(connection.execute(query.having(func.max(SPANS.c.end_ns) < before_ns).limit(limit)).scalars())


def delete_traces(connection: Connection, trace_ids: Sequence[str]) -> None:
    """Delete the traces and the scores about them."""
    connection.execute(delete(SCORES).where(SCORES.c.trace_id.in_(trace_ids)))
    connection.execute(delete(SPANS).where(SPANS.c.trace_id.in_(trace_ids)))


def blank_judge(connection: Connection, judge: str) -> int:
    """Take a person's id and words out of the scores they gave; return how many those were."""
    return connection.execute(update(SCORES).where(SCORES.c.by == judge).values(by="", reason="")).rowcount


def _rows(connection: Connection, query: Executable) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]


def _whole_sum(column: ColumnElement[int]) -> ColumnElement[int]:
    # PostgreSQL sums whole numbers into a decimal.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _is_head(head: FromClause) -> ColumnElement[bool]:
    other = SPANS.alias("other")
    same_trace = other.c.trace_id == head.c.trace_id
    # A comparison of pairs, which both databases answer with one step in an index; the same in words is a scan.
    is_earlier = tuple_(other.c.start_ns, other.c.span_id) < tuple_(head.c.start_ns, head.c.span_id)
    is_root = other.c.parent_id.is_(None)
    first_root = and_(head.c.parent_id.is_(None), ~exists().where(same_trace, is_root, is_earlier))
    first_of_all = and_(
        head.c.parent_id.is_not(None),
        ~exists().where(same_trace, is_root),
        ~exists().where(same_trace, is_earlier),
    )
    return or_(first_root, first_of_all)


def _is_closed(span: FromClause) -> ColumnElement[bool]:
    # Within a text the quotation marks would be escaped: only the attribute itself reads like this.
    return and_(
        span.c.kind.in_(("retrieval", "request", "judge")), span.c.attributes.contains(_CLOSED, autoescape=True)
    )


def _narrowed(head: FromClause, where: TraceFilter) -> list[ColumnElement[bool]]:
    wanted = {
        "feature": where.feature,
        "outcome": where.outcome,
        "error_class": where.error_class,
        "tenant": where.tenant,
    }
    clauses = [head.c[name] == str(value) for name, value in wanted.items() if value is not None]
    if where.seen_by is not None:
        part = SPANS.alias("part")
        is_closed = exists().where(part.c.trace_id == head.c.trace_id, _is_closed(part))
        clauses.append(or_(func.coalesce(head.c.subject, "") == where.seen_by, ~is_closed))
    if where.is_evaluation is not None:
        clauses.append(head.c.dataset.is_not(None) if where.is_evaluation else head.c.dataset.is_(None))
    if where.text:
        searched = (head.c.name, head.c.input_text, head.c.output_text, head.c.error)
        clauses.append(or_(*(column.icontains(where.text, autoescape=True) for column in searched)))
    return clauses
