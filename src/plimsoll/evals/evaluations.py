"""Runs, kept: begun, added to case by case, ended, and found again.

Made by the project over its state store. It runs nothing and judges nothing. It holds no content of requests, so that
there is nothing of a person to erase.
"""

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, RowMapping

from plimsoll.errors import InvalidRequest, NotFound
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.table import end_run, find_runs, insert_results, insert_run, latest_run, list_runs, results_of
from plimsoll.records import Clock, ErrorClass, Outcome, Score
from plimsoll.store import Store

_SHORTEST_PREFIX = 6
_MOST_LISTED = 500
_PREFIX = re.compile(r"[0-9a-f]{6,32}")


class Evaluations:
    """The evaluation runs of one project."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def begin(self, run: EvalRun) -> None:
        """Keep a run that begins; until it is finished it counts as interrupted."""
        row = _run_row(run) | {"ended_at": None, "is_complete": False}
        await self._store.write(lambda connection: insert_run(connection, row))

    async def add(self, run_id: str, result: CaseResult) -> None:
        """Keep one result of a run that was begun."""
        row = _result_row(run_id, result)
        await self._store.write(lambda connection: insert_results(connection, [row]))

    async def finish(self, run: EvalRun) -> None:
        """Mark a run that was begun as ended: now, unless it says when, and complete if it says so."""
        at = run.ended_at or self._clock.now()
        await self._store.write(lambda connection: end_run(connection, run.id, at=at, is_complete=run.is_complete))

    async def save(self, run: EvalRun) -> None:
        """Keep a whole run with its results, in one transaction; what is kept of it already stays as it is."""
        row, results = _run_row(run), [_result_row(run.id, result) for result in run.results]

        def change(connection: Connection) -> None:
            insert_run(connection, row)
            insert_results(connection, results)

        await self._store.write(change)

    async def get(self, run_id: str) -> EvalRun:
        """Return a run by its id or a unique beginning of at least six digits; InvalidRequest, NotFound otherwise."""
        if not _PREFIX.fullmatch(run_id):
            raise InvalidRequest(
                f"{run_id!r} is not the id of a run, nor {_SHORTEST_PREFIX} or more digits of its beginning.",
                next_step="`plimsoll eval` prints the id of each run.",
            )

        def query(connection: Connection) -> list[EvalRun]:
            return [_read_run(row, results_of(connection, row["run_id"])) for row in find_runs(connection, run_id, 2)]

        found = await self._store.read(query)
        if len(found) > 1:
            raise InvalidRequest(f"Several runs begin with {run_id!r}.", next_step="Type more of its digits.")
        if not found:
            raise NotFound(f"There is no run {run_id!r}.", next_step="`plimsoll eval` prints the id of each run.")
        return found[0]

    async def latest(self, feature: str) -> EvalRun | None:
        """Return the feature's newest complete run, or None."""

        def query(connection: Connection) -> EvalRun | None:
            row = latest_run(connection, feature)
            return None if row is None else _read_run(row, results_of(connection, row["run_id"]))

        return await self._store.read(query)

    async def list(self, feature: str | None = None, *, limit: int = 50) -> tuple[EvalRun, ...]:
        """Return the newest runs, interrupted ones included and 500 at most, without their results."""
        most = max(0, min(limit, _MOST_LISTED))
        rows = await self._store.read(lambda connection: list_runs(connection, feature, most))
        return tuple(_read_run(row, ()) for row in rows)


def _run_row(run: EvalRun) -> dict[str, object]:
    return {
        "run_id": run.id,
        **{name: getattr(run, name) for name in _RUN_FIELDS},
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
    return EvalRun(id=row["run_id"], **fields, results=tuple(map(_read_result, results)))


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


_RUN_FIELDS = tuple(name for name in EvalRun.__struct_fields__ if name not in {"id", "results"})
_RESULT_FIELDS = ("case_id", "repeat", "place", "case_hash", "cluster", "latency_ms", "cost_usd", "trace_id", "message")
