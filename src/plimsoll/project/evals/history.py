"""The kept runs of features, over time. Called by `Evals`."""

import asyncio

from plimsoll.errors import InvalidRequest
from plimsoll.evals import Evaluations, HistoryEntry, trace_history
from plimsoll.line import Line

_MOST = 100


async def read_history(
    evaluations: Evaluations, feature: str, *, line: Line | None, limit: int
) -> tuple[HistoryEntry, ...]:
    """Return the newest runs of the feature, newest first, each against the complete run before it."""
    if not 1 <= limit <= _MOST:
        raise InvalidRequest(f"limit={limit!r} is not between 1 and {_MOST}.")
    # One more than is shown, so that the oldest shown has a run before it.
    listed = await evaluations.list(feature, limit=limit + 1)
    runs = [await evaluations.get(one.id) for one in reversed(listed)]
    entries = await asyncio.to_thread(trace_history, runs, line)
    return entries[:limit]
