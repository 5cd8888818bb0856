"""The table of calibrations, and every statement over it. Only this folder reads or writes it."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Boolean, Column, Connection, Index, Integer, String, Table, Text, func, select

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.store import STATE, Moment, insert_new

EVAL_CALIBRATIONS = Table(
    "eval_calibrations",
    STATE,
    Column("id", String(32), primary_key=True),
    Column("judge", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("dataset_version", String(64), nullable=False),
    Column("is_drawn", Boolean, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("found", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_eval_calibrations_judge", "judge", "version", "id"),
    info={
        "tenant": "none: a judge belongs to the project",
        "subject": "none: it holds ids of cases, labels, rulings and counts; neither answers nor a judge's reasons",
        "retention": "kept: calibrations are what later rulings are compared with",
        "erase": "none: there is nothing of a person in it",
    },
)

_COLUMNS = ("id", "judge", "version", "model", "dataset", "dataset_version", "is_drawn", "at")


def insert_calibration(connection: Connection, kept: Calibration) -> None:
    """Insert one calibration, unless it is there."""
    row: dict[str, object] = {name: getattr(kept, name) for name in _COLUMNS}
    found = {"labels": len(kept.rulings), "found": msgspec.json.encode(kept).decode()}
    insert_new(connection, EVAL_CALIBRATIONS, [row | found])


def list_calibrations(connection: Connection, judge: str, limit: int) -> tuple[Calibration, ...]:
    """Return the judge's newest calibrations, newest first."""
    query = select(EVAL_CALIBRATIONS.c.found).where(EVAL_CALIBRATIONS.c.judge == judge)
    rows = connection.execute(query.order_by(EVAL_CALIBRATIONS.c.id.desc()).limit(limit)).scalars().all()
    return _read(rows)


def newest_calibrations(connection: Connection, limit: int) -> tuple[Calibration, ...]:
    """Return the newest calibration of each version of each judge, newest first."""
    ids = select(func.max(EVAL_CALIBRATIONS.c.id)).group_by(EVAL_CALIBRATIONS.c.judge, EVAL_CALIBRATIONS.c.version)
    query = select(EVAL_CALIBRATIONS.c.found).where(EVAL_CALIBRATIONS.c.id.in_(ids))
    rows = connection.execute(query.order_by(EVAL_CALIBRATIONS.c.id.desc()).limit(limit)).scalars().all()
    return _read(rows)


def _read(rows: Sequence[str]) -> tuple[Calibration, ...]:
    return tuple(msgspec.json.decode(row, type=Calibration) for row in rows)
