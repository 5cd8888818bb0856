"""Writes the results of a run in small batches, each result at most a moment after it is there.

Called by `running`. A batch goes out when it holds 64 results or its oldest is 0.2 s old, whichever comes first: a
process that is killed loses at most those, and the run that goes on asks for them again.
"""

import asyncio

from plimsoll.evals.eval_run import CaseResult
from plimsoll.evals.evaluations import Evaluations

_BATCH = 64
_LONGEST_WAIT_SECONDS = 0.2


class ResultWriter:
    """What stands between a run under way and the store; `close` it at the end."""

    def __init__(self, evaluations: Evaluations, run_id: str) -> None:
        self._evaluations = evaluations
        self._run_id = run_id
        self._waiting: list[CaseResult] = []
        self._turn = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None

    async def add(self, result: CaseResult) -> None:
        """Take one result; raises what an earlier write in the background raised."""
        self._waiting.append(result)
        if len(self._waiting) >= _BATCH:
            await self._flush()
            return
        if self._timer is not None and self._timer.done():
            timer, self._timer = self._timer, None
            timer.result()
        if self._timer is None:
            self._timer = asyncio.create_task(self._flush_later(), name="plimsoll result writer")

    async def close(self) -> None:
        """Write what waits."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.wait([self._timer])
            self._timer = None
        await self._flush()

    async def _flush_later(self) -> None:
        await asyncio.sleep(_LONGEST_WAIT_SECONDS)
        await self._flush()

    async def _flush(self) -> None:
        async with self._turn:
            batch = list(self._waiting)
            if not batch:
                return
            await self._evaluations.add(self._run_id, batch)
            # Only now: what could not be written, or was cut off half-way, waits for the next turn. Writing a result
            # twice changes nothing.
            del self._waiting[: len(batch)]
