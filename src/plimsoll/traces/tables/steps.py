"""The steps of one trace: all of them without what they say, or some of them whole."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from plimsoll.traces.tables.reading import list_spans
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SPANS

_LIGHT = (
    SPANS.c.span_id,
    SPANS.c.parent_id,
    SPANS.c.name,
    SPANS.c.kind,
    SPANS.c.start_ns,
    SPANS.c.end_ns,
    SPANS.c.error.is_not(None),
    SPANS.c.model,
    SPANS.c.input_tokens,
    SPANS.c.output_tokens,
    SPANS.c.cost_usd,
)


def list_light_steps(connection: Connection, trace_id: str, *, limit: int) -> Sequence[Sequence[object]]:
    """Return the light columns of a trace's spans, in no order.

    What a span says lies behind these columns in its row, so a trace of 30,000 spans is read without its texts.
    """
    cursor = connection.execute(select(*_LIGHT).where(SPANS.c.trace_id == trace_id).limit(limit)).cursor
    # The driver's own rows: making SQLAlchemy's of 30,000 takes as long as reading them.
    return cursor.fetchall() if cursor is not None else []


def list_whole_steps(connection: Connection, trace_id: str, span_ids: Sequence[str]) -> list[Row]:
    """Return these spans of a trace, whole, in no order."""
    query = select(SPANS).where(SPANS.c.trace_id == trace_id, SPANS.c.span_id.in_(span_ids))
    return rows_of(connection, query)


class SpanPlace(NamedTuple):
    """Where reading the spans of several traces goes on."""

    trace: int
    """Which of the traces."""
    after: str | None
    """Behind which of its spans; None: from its first."""


def read_spans_of(
    connection: Connection, *, trace_ids: Sequence[str], place: SpanPlace, limit: int
) -> tuple[list[Row], SpanPlace]:
    """Return spans from the place on, at least so many or all that are left, and where to go on."""
    found: list[Row] = []
    for number in range(place.trace, len(trace_ids)):
        after = place.after if number == place.trace else None
        spans = list_spans(connection, trace_ids[number], limit=limit, after=after)
        found += spans
        if len(spans) == limit:
            return found, SpanPlace(number, str(spans[-1]["span_id"]))
        if len(found) >= limit:
            return found, SpanPlace(number + 1, None)
    return found, SpanPlace(len(trace_ids), None)
