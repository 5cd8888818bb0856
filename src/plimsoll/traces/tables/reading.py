"""Reading traces: pages of the list, single traces, and their spans in order. Lists read no span but for content."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, tuple_

from plimsoll.traces.records import TraceFilter, TraceOrder
from plimsoll.traces.tables.filtering import narrow, order_of
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SAMPLED, SPANS, SUMMARIES
from plimsoll.traces.tables.statements import select_rows


@dataclass(frozen=True)
class TraceRows:
    """What the tables say about one trace."""

    summary: Row | None
    """Its row with the content of its head; None when it does not exist."""
    spans: list[Row]
    """Its spans, by beginning."""


def read_page(connection: Connection, *, where: TraceFilter) -> list[Row] | None:
    """Return the traces that the filter lets through, in its order; None when `before` names no trace."""
    order = order_of(where.sort)
    chosen = select(SUMMARIES.c.trace_id).where(*narrow(connection, where, by_scan=where.sort is not TraceOrder.NEWEST))
    if where.before is not None:
        last = connection.execute(select(order.key).where(SUMMARIES.c.trace_id == where.before)).first()
        if last is None:
            return None
        chosen = chosen.where(order.behind(last[0], where.before))
    # First which, then what they say: the choice is made in an index.
    ids = connection.execute(chosen.order_by(*order.columns).limit(where.limit)).scalars().all()
    found = {
        row["trace_id"]: row for row in rows_of(connection, select_summaries().where(SUMMARIES.c.trace_id.in_(ids)))
    }
    return [found[name] for name in ids]


def read_trace(connection: Connection, *, trace_id: str, limit: int) -> TraceRows:
    """Return one trace with its first spans, over one snapshot."""
    summary = rows_of(connection, select_summaries().where(SUMMARIES.c.trace_id == trace_id))
    return TraceRows(next(iter(summary), None), list_spans(connection, trace_id, limit=limit))


def list_traces(connection: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """Return these traces, each with the content of its head, in no order."""
    return rows_of(connection, select_summaries().where(SUMMARIES.c.trace_id.in_(trace_ids)))


def list_spans(connection: Connection, trace_id: str, *, limit: int, after: str | None = None) -> list[Row]:
    """Return the spans of a trace, by beginning and id; those behind the span `after`, where it is given."""
    query = select(SPANS).where(SPANS.c.trace_id == trace_id)
    if after is not None:
        begun = select(SPANS.c.start_ns).where(SPANS.c.trace_id == trace_id, SPANS.c.span_id == after)
        query = query.where(tuple_(SPANS.c.start_ns, SPANS.c.span_id) > tuple_(begun.scalar_subquery(), after))
    return rows_of(connection, query.order_by(SPANS.c.start_ns, SPANS.c.span_id).limit(limit))


def find_trace_ids(connection: Connection, *, prefix: str, tenant: str | None) -> list[str]:
    """Return up to three trace ids that begin with the prefix, which is hexadecimal."""
    # A range, not LIKE: it uses the index on both databases, and 'g' sorts after every hexadecimal digit.
    query = select(SUMMARIES.c.trace_id).where(SUMMARIES.c.trace_id >= prefix, SUMMARIES.c.trace_id < f"{prefix}g")
    if tenant is not None:
        query = query.where(SUMMARIES.c.tenant == tenant)
    return list(connection.execute(query.order_by(SUMMARIES.c.trace_id).limit(3)).scalars())


def find_tenants(connection: Connection, trace_ids: Sequence[str]) -> dict[str, str]:
    """Return whose traces these are, by their ids; unknown ones are left out."""
    rows = select_rows(connection, SUMMARIES, ("trace_id", "tenant"), keys=trace_ids)
    return {str(trace_id): str(tenant) for trace_id, tenant in rows}


def list_retrievals(connection: Connection, *, corpus: str, since_ns: int, limit: int) -> list[str]:
    """Return the attributes of the newest retrievals from a corpus since the moment, as JSON."""
    is_retrieval = and_(SPANS.c.kind == "retrieval", SPANS.c.name == f"retrieve {corpus}")
    query = select(SPANS.c.attributes).where(is_retrieval, SPANS.c.start_ns >= since_ns)
    return list(connection.execute(query.order_by(SPANS.c.start_ns.desc()).limit(limit)).scalars())


def count_prompt_uses(connection: Connection, *, since_ns: int) -> list[Row]:
    """Return, for each version of a prompt and feature, how many requests since the moment it answered, and when."""
    versions = (SUMMARIES.c.prompt_hash, SUMMARIES.c.feature)
    query = select(
        *versions,
        (func.count() - func.count(SUMMARIES.c.dataset)).label("live"),
        func.count(SUMMARIES.c.dataset).label("evaluated"),
        func.min(SUMMARIES.c.start_ns).label("first_ns"),
        func.max(SUMMARIES.c.start_ns).label("last_ns"),
    )
    is_use = and_(SUMMARIES.c.prompt_hash.is_not(None), SUMMARIES.c.kind.in_(("request", "judge")))
    used = query.where(is_use, SUMMARIES.c.start_ns >= since_ns).group_by(*versions)
    return rows_of(connection, used.order_by(func.max(SUMMARIES.c.start_ns).desc()))


def select_summaries() -> Select[tuple[object, ...]]:
    """Return the rows of traces, each with the content of its head span and, in `chance`, that of having stayed."""
    columns = (SUMMARIES, SPANS.c.input_text, SPANS.c.output_text, SAMPLED.c.chance)
    query = select(*columns).outerjoin_from(SUMMARIES, SPANS, _is_head())
    return query.outerjoin(SAMPLED, SAMPLED.c.trace_id == SUMMARIES.c.trace_id)


def _is_head() -> ColumnElement[bool]:
    at_head = and_(SPANS.c.start_ns == SUMMARIES.c.head_ns, SPANS.c.span_id == SUMMARIES.c.head_id)
    return and_(SPANS.c.trace_id == SUMMARIES.c.trace_id, at_head)
