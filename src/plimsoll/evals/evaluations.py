"""Runs, kept: begun, added to case by case, ended, and found again.

Made by the project over its state store. It runs nothing and judges nothing. It holds no content of requests, so that
there is nothing of a person to erase.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from plimsoll.errors import InvalidRequest, NotFound
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.table import (
    end_run,
    find_runs,
    insert_results,
    insert_run,
    insert_whole_run,
    latest_run,
    list_runs,
    reopen_run,
)
from plimsoll.records import Clock
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
        begun = replace(run, ended_at=None, is_complete=False)
        await self._store.write(lambda connection: insert_run(connection, begun))

    async def add(self, run_id: str, results: Sequence[CaseResult]) -> None:
        """Keep results of a run that was begun; those of a case and repeat that is there stay as they are."""
        await self._store.write(lambda connection: insert_results(connection, run_id, results))

    async def finish(self, run: EvalRun) -> None:
        """Mark a run that was begun as ended: now, unless it says when, and complete if it says so."""
        ended = replace(run, ended_at=run.ended_at or self._clock.now())
        await self._store.write(lambda connection: end_run(connection, ended))

    async def reopen(self, run: EvalRun) -> None:
        """Mark an interrupted run as under way again, with as many requests at once as it says."""
        await self._store.write(lambda connection: reopen_run(connection, run.id, concurrency=run.concurrency))

    @asynccontextmanager
    async def hold(self, run_id: str) -> AsyncGenerator[None]:
        """Hold a run, so that no other process works on it; a holder that dies gives it back. Raises Overloaded."""
        async with self._store.claim(f"evaluation {run_id}", what=f"working on the run {run_id[:12]}"):
            yield

    async def save(self, run: EvalRun) -> None:
        """Keep a whole run with its results, in one transaction; what is kept of it already stays as it is."""
        await self._store.write(lambda connection: insert_whole_run(connection, run))

    async def get(self, run_id: str) -> EvalRun:
        """Return a run by its id or a unique beginning of at least six digits; InvalidRequest, NotFound otherwise."""
        if not _PREFIX.fullmatch(run_id):
            raise InvalidRequest(
                f"{run_id!r} is not the id of a run, nor {_SHORTEST_PREFIX} or more digits of its beginning.",
                next_step="`plimsoll eval` prints the id of each run.",
            )
        found = await self._store.read(lambda connection: find_runs(connection, run_id, 2))
        if len(found) > 1:
            raise InvalidRequest(f"Several runs begin with {run_id!r}.", next_step="Type more of its digits.")
        if not found:
            raise NotFound(f"There is no run {run_id!r}.", next_step="`plimsoll eval` prints the id of each run.")
        return found[0]

    async def latest(self, feature: str) -> EvalRun | None:
        """Return the feature's newest complete run, or None."""
        return await self._store.read(lambda connection: latest_run(connection, feature, is_complete=True))

    async def latest_interrupted(self, feature: str) -> EvalRun | None:
        """Return the feature's newest run that is not complete, or None."""
        return await self._store.read(lambda connection: latest_run(connection, feature, is_complete=False))

    async def list(self, feature: str | None = None, *, limit: int = 50) -> tuple[EvalRun, ...]:
        """Return the newest runs, interrupted ones included and 500 at most, without their results."""
        most = max(0, min(limit, _MOST_LISTED))
        return await self._store.read(lambda connection: list_runs(connection, feature, most))
