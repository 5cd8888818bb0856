"""What scorers and people said about traces."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, select

from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SCORES, SUMMARIES


def list_scores_of(connection: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """Return the scores about the traces, oldest first."""
    query = select(SCORES).where(SCORES.c.trace_id.in_(trace_ids)).order_by(SCORES.c.at, SCORES.c.score_id)
    return rows_of(connection, query)


def list_live_scores(connection: Connection, feature: str, *, since: datetime, limit: int) -> list[Row]:
    """Return the newest scores since the moment about live requests to a feature: no case of an evaluation."""
    is_asked = and_(SUMMARIES.c.trace_id == SCORES.c.trace_id, SUMMARIES.c.feature == feature)
    is_live = and_(SCORES.c.case_id.is_(None), SCORES.c.at >= since, exists().where(is_asked))
    return rows_of(connection, select(SCORES).where(is_live).order_by(SCORES.c.at.desc()).limit(limit))


def sum_judging(connection: Connection, names: Sequence[str], since: datetime) -> Row:
    """Return what live scores of these names cost since the moment, and how many have no known price."""
    query = select(
        func.coalesce(func.sum(SCORES.c.cost_usd), 0.0).label("cost_usd"),
        (func.count() - func.count(SCORES.c.cost_usd)).label("unpriced"),
    )
    is_live = and_(SCORES.c.name.in_(names), SCORES.c.at >= since, SCORES.c.case_id.is_(None))
    return rows_of(connection, query.where(is_live))[0]
