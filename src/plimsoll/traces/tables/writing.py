"""Writing spans down: they, the rows of their traces and the figures change together, in one transaction.

`Capture` calls it. Several processes may write one trace at once: whoever comes second waits for the trace's row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, func, update

from plimsoll.traces.fold import LIGHT, LightSpan, fold_ordered, order_spans
from plimsoll.traces.rollup.amounts import Amounts, add_amounts, add_trace, decode_amounts, encode_amounts
from plimsoll.traces.rollup.judgements import Judged
from plimsoll.traces.tables.figures import add_figures, lock_figures
from plimsoll.traces.tables.schema import SPANS, SUMMARIES
from plimsoll.traces.tables.score_counting import count_scores
from plimsoll.traces.tables.statements import Values, insert_rows, names_of, put_rows, select_rows
from plimsoll.traces.tables.texts import keep_texts

FOLDED_AT_ONCE = 2_000
"""Spans of a trace up to which each batch folds it anew; a longer one is marked, and settled in the background."""
_KNOWN = ("trace_id", "span_count", "counted", *Judged._fields)
_lightly = cast("Callable[[Mapping[str, object]], Values]", itemgetter(*LIGHT))
_wholly = cast("Callable[[Mapping[str, object]], Values]", itemgetter(*names_of(SPANS)))


class WrittenElsewhere(Exception):
    """Another process began the same trace at the same moment; nothing was changed."""


@dataclass(frozen=True)
class Written:
    """What became of some spans."""

    refused: frozenset[tuple[str, str]]
    """Trace and span ids of those that were not stored, because their trace belongs to another tenant."""
    has_unsettled: bool
    """Whether a long trace was added to, which waits to be folded."""


@dataclass(frozen=True)
class _Known:
    """What the table says about a trace that it has."""

    span_count: int
    counted: str | None
    """What the figures count of it, where that is not what its stored spans say."""
    judged: Judged


@dataclass(slots=True)
class _Arrivals:
    """The new spans of one trace."""

    rows: dict[str, Mapping[str, object]]
    """By span id: the first of those that repeat an id counts."""
    known: _Known | None = None
    """None for a new trace."""
    stored: list[LightSpan] = field(default_factory=list)
    """Its spans that the table holds already; not read for a long trace."""


@dataclass
class _Changes:
    """What a batch changes beside the spans."""

    new: list[Values] = field(default_factory=list[Values])
    changed: list[Values] = field(default_factory=list[Values])
    minutes: Amounts = field(default_factory=dict)
    judged: dict[str, tuple[Judged | None, Judged]] = field(default_factory=dict)
    """By trace id: as what its scores were counted, and as what they are to be."""


def write_spans(connection: Connection, rows: Sequence[Mapping[str, object]]) -> Written:
    """Store the spans that are not there yet and bring their traces and the figures up to date.

    Refused is a span that says it belongs to another tenant than its trace does: trace ids are no secret, and who
    knows one must not be able to write into, or take over, what is not theirs.
    Raises WrittenElsewhere when another process began one of the traces meanwhile: the same call passes then.
    """
    arrivals = _by_trace(rows)
    _claim(connection, arrivals)
    refused = _refuse_strangers(arrivals)
    _read_stored(connection, arrivals)
    changes = _Changes()
    long: list[str] = []
    for name in sorted(arrivals):
        trace = arrivals[name]
        if _is_long(trace):
            long += [name] if trace.rows else []
        elif trace.rows:
            new = [_light(_lightly(row)) for row in trace.rows.values()]
            _fold(changes, trace.known, stored=trace.stored, spans=order_spans([*trace.stored, *new]))
    if insert_rows(connection, SUMMARIES, changes.new) < len(changes.new):
        raise WrittenElsewhere
    if long:
        grown = {"settled": False, "arrivals": func.coalesce(SUMMARIES.c.arrivals, 0) + 1}
        connection.execute(update(SUMMARIES).where(SUMMARIES.c.trace_id.in_(long)).values(**grown))
    stored = [row for trace in arrivals.values() for row in trace.rows.values()]
    insert_rows(connection, SPANS, [_wholly(row) for row in stored])
    keep_texts(connection, stored)
    _apply(connection, changes)
    return Written(refused, bool(long))


def settle_traces(connection: Connection, trace_ids: Sequence[str]) -> None:
    """Fold traces that wait from all of their stored spans; those that are gone are left out."""
    arrivals = {name: _Arrivals({}) for name in trace_ids}
    _claim(connection, arrivals)
    changes = _Changes()
    for row in select_rows(connection, SPANS, LIGHT, keys=[name for name, trace in arrivals.items() if trace.known]):
        light = _light(row)
        arrivals[light.trace_id].stored.append(light)
    for _, trace in sorted(arrivals.items()):
        if trace.known and trace.known.counted is not None and trace.stored:
            _fold(changes, trace.known, stored=[], spans=order_spans(trace.stored))
    _apply(connection, changes)


def find_unsettled(connection: Connection, *, limit: int) -> list[tuple[str, int]]:
    """Return ids and lengths of traces whose row or figures do not say yet what all of their spans say."""
    query = SUMMARIES.select().with_only_columns(SUMMARIES.c.trace_id, SUMMARIES.c.span_count)
    rows = connection.execute(query.where(~SUMMARIES.c.settled).order_by(SUMMARIES.c.trace_id).limit(limit))
    return [(row.trace_id, row.span_count) for row in rows]


def _light(columns: Values) -> LightSpan:
    return LightSpan(*cast("tuple[Any, ...]", columns))


def _by_trace(rows: Sequence[Mapping[str, object]]) -> dict[str, _Arrivals]:
    arrivals: dict[str, _Arrivals] = {}
    for row in rows:
        name, span_id = cast("str", row["trace_id"]), cast("str", row["span_id"])
        trace = arrivals.get(name)
        if trace is None:
            arrivals[name] = _Arrivals({span_id: row})
        else:
            trace.rows.setdefault(span_id, row)
    return arrivals


def _claim(connection: Connection, arrivals: Mapping[str, _Arrivals]) -> None:
    """Lock the rows of the traces that exist, and note what they say."""
    for row in select_rows(connection, SUMMARIES, _KNOWN, keys=list(arrivals), lock=True):
        name, count, counted, *judged = cast("tuple[Any, ...]", row)
        arrivals[name].known = _Known(count, counted, Judged(*judged))


def _refuse_strangers(arrivals: Mapping[str, _Arrivals]) -> frozenset[tuple[str, str]]:
    refused: list[tuple[str, str]] = []
    if len(_tenants_of(arrivals)) <= 1:
        return frozenset()
    for name, trace in arrivals.items():
        tenant = trace.known.judged.tenant if trace.known else next(iter(trace.rows.values()))["tenant"]
        strange = [span_id for span_id, row in trace.rows.items() if row["tenant"] != tenant]
        for span_id in strange:
            del trace.rows[span_id]
            refused.append((name, span_id))
    return frozenset(refused)


def _tenants_of(arrivals: Mapping[str, _Arrivals]) -> set[object]:
    tenants = {row["tenant"] for trace in arrivals.values() for row in trace.rows.values()}
    return tenants.union(trace.known.judged.tenant for trace in arrivals.values() if trace.known)


def _is_long(trace: _Arrivals) -> bool:
    return trace.known is not None and trace.known.span_count > FOLDED_AT_ONCE


def _read_stored(connection: Connection, arrivals: Mapping[str, _Arrivals]) -> None:
    short = [name for name, trace in arrivals.items() if trace.known and not _is_long(trace)]
    for row in select_rows(connection, SPANS, LIGHT, keys=short):
        light = _light(row)
        trace = arrivals[light.trace_id]
        trace.stored.append(light)
        trace.rows.pop(light.span_id, None)


def _fold(changes: _Changes, known: _Known | None, *, stored: Sequence[LightSpan], spans: Sequence[LightSpan]) -> None:
    """Note the row of a trace of these spans, and what the figures are to count of it instead of what they do."""
    row = fold_ordered(spans)
    counted: str | None = None
    if row.span_count > FOLDED_AT_ONCE:
        amounts: Amounts = {}
        add_trace(amounts, row, spans)
        add_amounts(changes.minutes, amounts)
        # What it counts could not be told from its spans once more of them are stored than were folded.
        counted = encode_amounts(amounts)
    else:
        add_trace(changes.minutes, row, spans)
    if known is not None:
        _take_away(changes.minutes, known, stored)
    values = (*msgspec.structs.astuple(row), counted, None)
    (changes.changed if known else changes.new).append(values)
    judged = Judged(row.start_ns, row.tenant, row.feature, row.variant, row.dataset, row.inclusion)
    changes.judged[row.trace_id] = (known.judged if known else None, judged)


def _take_away(minutes: Amounts, known: _Known, stored: Sequence[LightSpan]) -> None:
    if known.counted is not None:
        add_amounts(minutes, decode_amounts(known.counted), sign=-1)
    else:
        before = order_spans(stored)
        add_trace(minutes, fold_ordered(before), before, sign=-1)


def _apply(connection: Connection, changes: _Changes) -> None:
    put_rows(connection, SUMMARIES, changes.changed)
    if changes.judged:
        lock_figures(connection)
        add_figures(connection, changes.minutes)
        count_scores(connection, changes.judged)
