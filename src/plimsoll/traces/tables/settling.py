"""Folding a long trace in steps: read in portions, folded outside any transaction, put in a short one.

What arrives meanwhile is told by a number in the trace's row, which each batch raises: then what was folded is put all
the same, since the figures can take it away again, and the trace waits to be folded anew.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import Connection, select, tuple_

from plimsoll.traces.fold import LIGHT, LightSpan, TraceRow, fold_ordered
from plimsoll.traces.rollup.amounts import Amounts, add_amounts, add_trace, decode_amounts, encode_amounts
from plimsoll.traces.rollup.judgements import Judged
from plimsoll.traces.tables.figures import add_figures, lock_figures
from plimsoll.traces.tables.schema import SPANS, SUMMARIES
from plimsoll.traces.tables.score_counting import count_scores
from plimsoll.traces.tables.statements import put_rows, select_rows

_LIGHT = tuple(SPANS.c[name] for name in LIGHT)


class Unsettled(NamedTuple):
    """What the row of a trace that waits says."""

    arrivals: int | None
    """How many batches added to it; None: none since it was folded."""
    counted: str | None
    """What the figures count of it."""


@dataclass(frozen=True)
class Folded:
    """What all spans of a trace say."""

    row: TraceRow
    amounts: Amounts


def look_at_unsettled(connection: Connection, trace_id: str) -> Unsettled | None:
    """Return what to compare with when the trace is put; None for one that is gone, or that no fold is due for."""
    query = select(SUMMARIES.c.arrivals, SUMMARIES.c.counted).where(SUMMARIES.c.trace_id == trace_id)
    found = connection.execute(query.where(~SUMMARIES.c.settled, SUMMARIES.c.counted.is_not(None))).first()
    return None if found is None else Unsettled(*found)


def read_portion(connection: Connection, trace_id: str, *, after: tuple[int, str], limit: int) -> list[LightSpan]:
    """Return the first spans of a trace after that beginning and id, without what they say."""
    place = tuple_(SPANS.c.start_ns, SPANS.c.span_id)
    query = select(*_LIGHT).where(SPANS.c.trace_id == trace_id, place > tuple_(*after))
    rows = connection.execute(query.order_by(SPANS.c.start_ns, SPANS.c.span_id).limit(limit))
    return [LightSpan(*cast("tuple[Any, ...]", row)) for row in rows]


def fold_long(ordered: list[LightSpan]) -> Folded:
    """Return what the spans of a trace say, each once, by beginning."""
    row = fold_ordered(ordered)
    amounts: Amounts = {}
    add_trace(amounts, row, ordered)
    return Folded(row, amounts)


def put_folded(connection: Connection, folded: Folded, seen: Unsettled) -> None:
    """Put the row and the figures of a trace, unless it is gone or was folded by somebody else since it was seen."""
    row = folded.row
    columns = ("arrivals", "counted", *Judged._fields)
    for found in select_rows(connection, SUMMARIES, columns, keys=[row.trace_id], lock=True):
        arrivals, counted, *judged = cast("tuple[Any, ...]", found)
        if counted is None or counted != seen.counted:
            return
        is_settled = arrivals == seen.arrivals
        now = msgspec.structs.replace(row, settled=is_settled)
        values = (*msgspec.structs.astuple(now), encode_amounts(folded.amounts), None if is_settled else arrivals)
        put_rows(connection, SUMMARIES, [values])
        minutes: Amounts = {}
        add_amounts(minutes, folded.amounts)
        add_amounts(minutes, decode_amounts(counted), sign=-1)
        lock_figures(connection)
        add_figures(connection, minutes)
        about = Judged(row.start_ns, row.tenant, row.feature, row.variant, row.dataset, row.inclusion)
        count_scores(connection, {row.trace_id: (Judged(*judged), about)})
