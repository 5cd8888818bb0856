"""The tables of runs and their results, and every statement over them. Only this room reads or writes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    select,
    update,
)

from plimsoll.store import STATE, Moment, insert_new

EVAL_RUNS = Table(
    "eval_runs",
    STATE,
    Column("run_id", String(32), primary_key=True),
    Column("feature", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("dataset_version", String(64), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("concurrency", Integer, nullable=False),
    Column("config_hash", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("revision", String(64), nullable=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    Column("is_complete", Boolean, nullable=False),
    Index("ix_eval_runs_feature", "feature", "run_id"),
    info={
        "tenant": "none: a run belongs to the project",
        "subject": "none: it holds counts, hashes and names that the project's owner chose",
        "retention": "kept: runs are the history that gates compare with",
        "erase": "none: there is nothing of a person in it",
    },
)

EVAL_RESULTS = Table(
    "eval_results",
    STATE,
    Column("run_id", String(32), ForeignKey("eval_runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("repeat", Integer, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("case_hash", String(64), nullable=False),
    Column("cluster", Text, nullable=True),
    Column("tags", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error_class", Text, nullable=True),
    Column("latency_ms", Float, nullable=True),
    Column("cost_usd", Float, nullable=True),
    Column("scores", Text, nullable=False),
    Column("inapplicable", Text, nullable=False),
    Column("trace_id", String(32), nullable=True),
    Column("message", Text, nullable=False),
    info={
        "tenant": "none: a result belongs to the project",
        "subject": "none: input and answer stand in the trace that `trace_id` names, and are erased there",
        "retention": "as long as its run",
        "erase": "none: it keeps ids, outcomes and scores of the project's own cases",
    },
)


def insert_run(connection: Connection, row: Mapping[str, object]) -> None:
    """Insert one run, unless it is there."""
    insert_new(connection, EVAL_RUNS, [row])


def insert_results(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert results, those that are there left as they stand."""
    insert_new(connection, EVAL_RESULTS, rows)


def end_run(connection: Connection, run_id: str, *, at: datetime | None, is_complete: bool) -> None:
    """Mark the run as ended."""
    ended = update(EVAL_RUNS).where(EVAL_RUNS.c.run_id == run_id)
    connection.execute(ended.values(ended_at=at, is_complete=is_complete))


def find_runs(connection: Connection, prefix: str, limit: int) -> Sequence[RowMapping]:
    """Return the runs whose id begins with the hexadecimal prefix, oldest first."""
    query = select(EVAL_RUNS).where(EVAL_RUNS.c.run_id.startswith(prefix, autoescape=True))
    return connection.execute(query.order_by(EVAL_RUNS.c.run_id).limit(limit)).mappings().all()


def list_runs(connection: Connection, feature: str | None, limit: int) -> Sequence[RowMapping]:
    """Return the newest runs, of one feature or of all."""
    query = select(EVAL_RUNS) if feature is None else select(EVAL_RUNS).where(EVAL_RUNS.c.feature == feature)
    return connection.execute(query.order_by(EVAL_RUNS.c.run_id.desc()).limit(limit)).mappings().all()


def latest_run(connection: Connection, feature: str) -> RowMapping | None:
    """Return the feature's newest complete run, or None."""
    wanted = (EVAL_RUNS.c.feature == feature) & EVAL_RUNS.c.is_complete
    query = select(EVAL_RUNS).where(wanted).order_by(EVAL_RUNS.c.run_id.desc()).limit(1)
    return connection.execute(query).mappings().first()


def results_of(connection: Connection, run_id: str) -> Sequence[RowMapping]:
    """Return the run's results: repeat by repeat, in the dataset's order."""
    query = select(EVAL_RESULTS).where(EVAL_RESULTS.c.run_id == run_id)
    return connection.execute(query.order_by(EVAL_RESULTS.c.repeat, EVAL_RESULTS.c.place)).mappings().all()
