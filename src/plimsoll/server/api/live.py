"""A stream of server-sent events for pages that stay open."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from plimsoll.errors import InvalidRequest
from plimsoll.server.auth import require
from plimsoll.server.live import Watched
from plimsoll.server.state import state_of

_LONGEST = timedelta(days=1)
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def follow(request: Request) -> Response:
    """`GET /api/live`: events `traces` (begun after `since`, of `feature`), `work` (progress), `figures` (changed)."""
    caller, state = require(request, "read"), state_of(request)
    watched = Watched(
        caller=caller,
        since=_read_since(request.query_params.get("since", ""), now=state.clock.now()),
        feature=request.query_params.get("feature") or None,
        has_figures=request.query_params.get("figures") == "yes",
    )
    state.live.require_room()
    return StreamingResponse(state.live.follow(watched), media_type="text/event-stream", headers=_HEADERS)


def _read_since(text: str, *, now: datetime) -> datetime:
    """Return the moment, no more than a day ago; now where none is named. Raises InvalidRequest."""
    if not text:
        return now
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        raise InvalidRequest(f"since={text!r} is no moment with a time zone.", next_step="Write 2026-01-31T12:00:00Z.")
    return max(since, now - _LONGEST)
