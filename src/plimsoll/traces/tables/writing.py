"""Writing spans down: they and the rows of their traces change together, in one transaction.

`Capture` calls it. Several processes may write one trace at once: whoever comes second waits for the trace's row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, update

from plimsoll.traces.fold import LIGHT, LightSpan, TraceRow, fold_spans
from plimsoll.traces.tables.schema import SPANS, SUMMARIES
from plimsoll.traces.tables.statements import Values, insert_rows, select_of_traces, update_rows

FOLDED_AT_ONCE = 2_000
"""Spans of a trace up to which each batch folds it anew; a longer one is marked, and settled in the background."""
_lightly = cast("Callable[[Mapping[str, object]], Values]", itemgetter(*LIGHT))
_wholly: Callable[[Mapping[str, object]], Values] = itemgetter(*(column.name for column in SPANS.columns))


class WrittenElsewhere(Exception):
    """Another process began the same trace at the same moment; nothing was changed."""


@dataclass
class _Arrivals:
    """The new spans of one trace."""

    rows: dict[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    """By span id: the first of those that repeat an id counts."""
    stored: list[LightSpan] = field(default_factory=list[LightSpan])
    """Its spans that the table holds already; not read for a long trace."""
    stored_count: int = 0
    """How many those were when it was folded last."""


@dataclass(frozen=True)
class Written:
    """What became of some spans."""

    refused: int
    """Spans that were not stored, because their trace belongs to another tenant."""
    has_unsettled: bool
    """Whether a long trace was added to, which waits to be folded."""


def write_spans(connection: Connection, rows: Sequence[Mapping[str, object]]) -> Written:
    """Store the spans that are not there yet and bring their traces up to date.

    Refused is a span that says it belongs to another tenant than its trace does: trace ids are no secret, and who
    knows one must not be able to write into, or take over, what is not theirs.
    Raises WrittenElsewhere when another process began one of the traces meanwhile: the same call passes then.
    """
    arrivals = _by_trace(rows)
    tenants = _claim(connection, arrivals)
    refused = _refuse_strangers(arrivals, tenants)
    short = [name for name, trace in arrivals.items() if 0 < trace.stored_count <= FOLDED_AT_ONCE]
    for row in select_of_traces(connection, SPANS, LIGHT, trace_ids=short):
        light = _light(row)
        trace = arrivals[light.trace_id]
        trace.stored.append(light)
        trace.rows.pop(light.span_id, None)
    has_unsettled = _fold(connection, arrivals)
    insert_rows(connection, SPANS, [_wholly(row) for trace in arrivals.values() for row in trace.rows.values()])
    return Written(refused, has_unsettled)


def _light(columns: Values) -> LightSpan:
    return LightSpan(*cast("tuple[Any, ...]", columns))


def _by_trace(rows: Sequence[Mapping[str, object]]) -> dict[str, _Arrivals]:
    arrivals: dict[str, _Arrivals] = {}
    for row in rows:
        trace = arrivals.setdefault(str(row["trace_id"]), _Arrivals())
        trace.rows.setdefault(str(row["span_id"]), row)
    return arrivals


def _claim(connection: Connection, arrivals: Mapping[str, _Arrivals]) -> dict[str, str]:
    """Lock the rows of the traces that exist; return the tenant of each trace, a new one's by its first span."""
    tenants = {name: str(next(iter(trace.rows.values()))["tenant"]) for name, trace in arrivals.items()}
    columns = ("trace_id", "tenant", "span_count")
    for row in select_of_traces(connection, SUMMARIES, columns, trace_ids=list(arrivals), lock=True):
        name, tenant, count = cast("tuple[str, str, int]", row)
        tenants[name] = tenant
        arrivals[name].stored_count = count
    return tenants


def _refuse_strangers(arrivals: Mapping[str, _Arrivals], tenants: Mapping[str, str]) -> int:
    refused = 0
    for name, trace in arrivals.items():
        strange = [span_id for span_id, row in trace.rows.items() if row["tenant"] != tenants[name]]
        for span_id in strange:
            del trace.rows[span_id]
        refused += len(strange)
    return refused


def _fold(connection: Connection, arrivals: Mapping[str, _Arrivals]) -> bool:
    new: list[Values] = []
    known: list[Values] = []
    long: list[str] = []
    for name in sorted(arrivals):
        trace = arrivals[name]
        if not trace.rows:
            continue
        if trace.stored_count > FOLDED_AT_ONCE:
            long.append(name)
            continue
        lights = [_light(_lightly(row)) for row in trace.rows.values()]
        folded = msgspec.structs.astuple(fold_spans([*trace.stored, *lights]))
        (known if trace.stored_count else new).append(folded)
    if insert_rows(connection, SUMMARIES, new) < len(new):
        raise WrittenElsewhere
    update_rows(connection, SUMMARIES, known)
    if long:
        connection.execute(update(SUMMARIES).where(SUMMARIES.c.trace_id.in_(long)).values(settled=False))
    return bool(long)


def find_unsettled(connection: Connection, *, limit: int) -> list[str]:
    """Return the ids of traces whose row does not say yet what all of their spans say."""
    query = SUMMARIES.select().with_only_columns(SUMMARIES.c.trace_id).where(~SUMMARIES.c.settled)
    return list(connection.execute(query.order_by(SUMMARIES.c.trace_id).limit(limit)).scalars())


def settle_trace(connection: Connection, trace_id: str) -> TraceRow | None:
    """Fold a trace from all of its stored spans; None when it is gone or was settled meanwhile."""
    claimed = select_of_traces(connection, SUMMARIES, ("settled",), trace_ids=[trace_id], lock=True)
    if not claimed or claimed[0][0]:
        return None
    row = fold_spans([_light(each) for each in select_of_traces(connection, SPANS, LIGHT, trace_ids=[trace_id])])
    update_rows(connection, SUMMARIES, [msgspec.structs.astuple(row)])
    return row
