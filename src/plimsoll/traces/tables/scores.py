"""What scorers and people said about traces."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, case, exists, func, select

from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SCORES, SUMMARIES


def list_scores_of(connection: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """Return the scores about the traces, oldest first."""
    query = select(SCORES).where(SCORES.c.trace_id.in_(trace_ids)).order_by(SCORES.c.at, SCORES.c.score_id)
    return rows_of(connection, query)


def count_live_scores(connection: Connection, feature: str, *, since: datetime) -> list[Row]:
    """Return the scores since the moment about live requests to a feature, none of cases, counted by what they say."""
    is_asked = and_(SUMMARIES.c.trace_id == SCORES.c.trace_id, SUMMARIES.c.feature == feature)
    is_live = and_(SCORES.c.case_id.is_(None), SCORES.c.at >= since, exists().where(is_asked))
    alike = [SCORES.c[name] for name in ("name", "source", "version", "passed", "inclusion")]
    has_all = func.count(SCORES.c.cost_usd) == func.count()
    counted = (func.count().label("count"), case((has_all, func.sum(SCORES.c.cost_usd))).label("cost_usd"))
    return rows_of(connection, select(*alike, *counted).where(is_live).group_by(*alike).order_by(*alike))


def sum_judging(connection: Connection, names: Sequence[str], since: datetime) -> Row:
    """Return what live scores of these names cost since the moment, and how many have no known price."""
    query = select(
        func.coalesce(func.sum(SCORES.c.cost_usd), 0.0).label("cost_usd"),
        (func.count() - func.count(SCORES.c.cost_usd)).label("unpriced"),
    )
    is_live = and_(SCORES.c.name.in_(names), SCORES.c.at >= since, SCORES.c.case_id.is_(None))
    return rows_of(connection, query.where(is_live))[0]
