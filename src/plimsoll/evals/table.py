"""The tables of runs and their results, and every statement over them. Only this room reads or writes them."""

from collections.abc import Sequence

import msgspec
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

from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.experiment import Experiment
from plimsoll.records import ErrorClass, Outcome, Score
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
    Column("stop_reason", Text, nullable=False),
    Column("scorers", Text, nullable=False),
    Column("experiment", Text, nullable=False),
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
    Column("scoring_usd", Float, nullable=True),
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


_AS_JSON = {"scorers", "experiment"}
_RUN_FIELDS = tuple(name for name in EvalRun.__struct_fields__ if name not in {"id", "results", *_AS_JSON})
_RESULT_FIELDS = (
    "case_id",
    "repeat",
    "place",
    "case_hash",
    "cluster",
    "latency_ms",
    "cost_usd",
    "scoring_usd",
    "trace_id",
    "message",
)


def insert_run(connection: Connection, run: EvalRun) -> None:
    """Insert one run without its results, unless it is there."""
    insert_new(connection, EVAL_RUNS, [_run_row(run)])


def insert_results(connection: Connection, run_id: str, results: Sequence[CaseResult]) -> None:
    """Insert results, those that are there left as they stand."""
    insert_new(connection, EVAL_RESULTS, [_result_row(run_id, result) for result in results])


def insert_whole_run(connection: Connection, run: EvalRun) -> None:
    """Insert one run with its results, what is there left as it stands."""
    insert_run(connection, run)
    insert_results(connection, run.id, run.results)


def end_run(connection: Connection, run: EvalRun) -> None:
    """Mark the run as ended, as it says: when, whether complete, why it stopped, and which models answered."""
    ended = update(EVAL_RUNS).where(EVAL_RUNS.c.run_id == run.id)
    names = ("ended_at", "is_complete", "stop_reason", "experiment")
    connection.execute(ended.values({name: _run_row(run)[name] for name in names}))


def reopen_run(connection: Connection, run_id: str, *, concurrency: int) -> None:
    """Mark an interrupted run as under way again."""
    reopened = update(EVAL_RUNS).where(EVAL_RUNS.c.run_id == run_id, EVAL_RUNS.c.is_complete.is_(False))
    connection.execute(reopened.values(ended_at=None, stop_reason="", concurrency=concurrency))


def find_runs(connection: Connection, prefix: str, limit: int) -> tuple[EvalRun, ...]:
    """Return the runs whose id begins with the hexadecimal prefix, oldest first."""
    query = select(EVAL_RUNS).where(EVAL_RUNS.c.run_id.startswith(prefix, autoescape=True))
    rows = connection.execute(query.order_by(EVAL_RUNS.c.run_id).limit(limit)).mappings().all()
    return tuple(_read_run(row, _results_of(connection, row["run_id"])) for row in rows)


def list_runs(connection: Connection, feature: str | None, limit: int) -> tuple[EvalRun, ...]:
    """Return the newest runs, of one feature or of all, without their results."""
    query = select(EVAL_RUNS) if feature is None else select(EVAL_RUNS).where(EVAL_RUNS.c.feature == feature)
    rows = connection.execute(query.order_by(EVAL_RUNS.c.run_id.desc()).limit(limit)).mappings().all()
    return tuple(_read_run(row, ()) for row in rows)


def latest_run(connection: Connection, feature: str, *, is_complete: bool) -> EvalRun | None:
    """Return the feature's newest run that is complete, or that is not; None where there is none.

    A complete run counts only as the feature is, not as a variant of it.
    """
    wanted = (EVAL_RUNS.c.feature == feature) & (EVAL_RUNS.c.is_complete == is_complete)
    query = select(EVAL_RUNS).where(wanted).order_by(EVAL_RUNS.c.run_id.desc())
    for row in connection.execute(query).mappings():
        if not (is_complete and _read_run(row, ()).experiment.variant):
            return _read_run(row, _results_of(connection, row["run_id"]))
    return None


def _results_of(connection: Connection, run_id: str) -> Sequence[RowMapping]:
    """Return the rows of a run's results: repeat by repeat, in the dataset's order."""
    query = select(EVAL_RESULTS).where(EVAL_RESULTS.c.run_id == run_id)
    return connection.execute(query.order_by(EVAL_RESULTS.c.repeat, EVAL_RESULTS.c.place)).mappings().all()


def _run_row(run: EvalRun) -> dict[str, object]:
    return {
        "run_id": run.id,
        **{name: getattr(run, name) for name in _RUN_FIELDS},
        "scorers": _write(run.scorers),
        "experiment": _write(run.experiment),
    }


def _result_row(run_id: str, result: CaseResult) -> dict[str, object]:
    return {
        "run_id": run_id,
        **{name: getattr(result, name) for name in _RESULT_FIELDS},
        "outcome": result.outcome.value,
        "error_class": result.error_class.value if result.error_class else None,
        "tags": _write(result.tags),
        "scores": _write(result.scores),
        "inapplicable": _write(sorted(result.inapplicable)),
    }


def _read_run(row: RowMapping, results: Sequence[RowMapping]) -> EvalRun:
    fields = {name: row[name] for name in _RUN_FIELDS}
    return EvalRun(
        id=row["run_id"],
        **fields,
        scorers=msgspec.json.decode(row["scorers"], type=dict[str, str]),
        experiment=msgspec.json.decode(row["experiment"], type=Experiment),
        results=tuple(map(_read_result, results)),
    )


def _read_result(row: RowMapping) -> CaseResult:
    return CaseResult(
        **{name: row[name] for name in _RESULT_FIELDS},
        outcome=Outcome(row["outcome"]),
        error_class=ErrorClass(row["error_class"]) if row["error_class"] else None,
        tags=msgspec.json.decode(row["tags"], type=tuple[str, ...]),
        scores=msgspec.json.decode(row["scores"], type=dict[str, Score]),
        inapplicable=msgspec.json.decode(row["inapplicable"], type=frozenset[str]),
    )


def _write(value: object) -> str:
    return msgspec.json.encode(value).decode()
