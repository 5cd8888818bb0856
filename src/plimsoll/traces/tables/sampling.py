"""Drawing traces at random for a comparison, and reading them whole: some thousands at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, func, select

from plimsoll.traces.records import TraceFilter
from plimsoll.traces.tables.filtering import narrow
from plimsoll.traces.tables.reading import list_traces
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SPANS, SUMMARIES

_TAIL_FROM, _TAIL = 25, 8
_AT_ONCE = 500
_SPAN = [
    SPANS.c[name] for name in ("trace_id", "span_id", "parent_id", "name", "start_ns", "end_ns", "error", "attributes")
]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What is drawn."""

    where: TraceFilter
    """What the traces must be; it names a tenant, and who looks."""
    equal: Mapping[str, str]
    """Values of further columns."""
    prefixed: Mapping[str, str]
    """Beginnings of further columns."""
    most: int
    """How many."""
    most_spans: int
    """Traces of more spans are left out."""
    head: int
    """Characters of a call's input that are read."""
    start: str
    """Eight hexadecimal digits at which the draw begins."""


@dataclass(frozen=True)
class Drawn:
    """What was drawn."""

    matching: int
    """Traces that fit."""
    summaries: list[Row]
    """Those that were drawn, with the content of their heads."""
    spans: list[Row]
    """Their spans, by trace and beginning, without input and output; of calls how their input begins, as `asked`."""


def draw_traces(connection: Connection, draw: Draw) -> Drawn:
    """Draw traces at random and read them, over one snapshot.

    The last digits of an id are random: the traces whose digits follow `start`, in a circle, are a fair draw, which
    the database makes without handing out the others.
    """
    fitting = _fitting(connection, draw)
    matching = int(connection.execute(select(func.count()).select_from(SUMMARIES).where(*fitting)).scalar_one())
    tail = func.substr(SUMMARIES.c.trace_id, _TAIL_FROM, _TAIL)
    order = (case((tail >= draw.start, 0), else_=1), tail, SUMMARIES.c.trace_id)
    drawn = select(SUMMARIES.c.trace_id).where(*fitting, SUMMARIES.c.span_count <= draw.most_spans)
    ids = list(connection.execute(drawn.order_by(*order).limit(draw.most)).scalars())
    heads: list[Row] = []
    spans: list[Row] = []
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        heads += list_traces(connection, some)
        spans += _read_spans(connection, some, head=draw.head)
    return Drawn(matching, heads, spans)


def _read_spans(connection: Connection, trace_ids: Sequence[str], *, head: int) -> list[Row]:
    # Of events the names are compared, of calls how they begin.
    asked = case((SPANS.c.kind == "model", func.substr(SPANS.c.input_text, 1, head))).label("asked")
    query = select(*_SPAN, SPANS.c.events, asked).where(SPANS.c.trace_id.in_(trace_ids))
    return rows_of(connection, query.order_by(SPANS.c.trace_id, SPANS.c.start_ns, SPANS.c.span_id))


def _fitting(connection: Connection, draw: Draw) -> list[ColumnElement[bool]]:
    row = SUMMARIES.c
    clauses = narrow(connection, draw.where)
    clauses += [row[name] == value for name, value in draw.equal.items()]
    # A range, not LIKE: it uses an index on both databases, and 'g' sorts after every hexadecimal digit.
    return clauses + [row[name].between(value, f"{value}g") for name, value in draw.prefixed.items()]
