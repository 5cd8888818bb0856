"""The figures as the tables have them, and as they are counted from the stored spans and scores: both must agree."""

from typing import Any

from sqlalchemy import Connection, Table, select

from plimsoll.traces.fold import LIGHT, LightSpan, fold_ordered, order_spans
from plimsoll.traces.rollup.amounts import Amounts, add_trace, spread_over
from plimsoll.traces.rollup.histogram import encode
from plimsoll.traces.rollup.judgements import GivenScore, Judged, Judgements, add_judgement
from plimsoll.traces.tables.schema import FIGURES, SCORE_FIGURES, SCORES, SPANS

Counted = dict[tuple[object, ...], tuple[object, ...]]


def kept_figures(connection: Connection) -> tuple[Counted, Counted]:
    """Return the figures of traces and of scores that the tables have."""
    return _rows(connection, FIGURES, key=10), _rows(connection, SCORE_FIGURES, key=7)


def recount(connection: Connection) -> tuple[Counted, Counted]:
    """Return the same, counted anew from all stored spans and scores."""
    spans: dict[str, list[LightSpan]] = {}
    for row in connection.execute(select(*(SPANS.c[name] for name in LIGHT))):
        spans.setdefault(row.trace_id, []).append(LightSpan(*row))
    minutes: Amounts = {}
    judgements: Judgements = {}
    judged: dict[str, Judged] = {}
    for name, each in spans.items():
        ordered = order_spans(each)
        row = fold_ordered(ordered)
        add_trace(minutes, row, ordered)
        judged[name] = Judged(row.start_ns, row.tenant, row.feature, row.variant, row.dataset, row.inclusion)
    for score in connection.execute(select(SCORES).where(SCORES.c.trace_id.is_not(None))):
        if score.trace_id in judged:
            given = GivenScore(score.name, score.value, score.passed, score.inclusion)
            add_judgement(judgements, given, judged[score.trace_id])
    return _amounts(minutes), {tuple(key): _plain(each) for key, each in judgements.items() if not each.is_nothing()}


def _amounts(minutes: Amounts) -> Counted:
    return {tuple(key): (*_plain(each)[:-1], encode(each.latencies)) for key, each in spread_over(minutes).items()}


def _plain(record: Any) -> tuple[object, ...]:
    return tuple(getattr(record, name) for name in record.__struct_fields__)


def _rows(connection: Connection, table: Table, *, key: int) -> Counted:
    rows = [tuple(row) for row in connection.execute(select(table))]
    return {row[1 : key + 1]: row[key + 1 :] for row in rows}
