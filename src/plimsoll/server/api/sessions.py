"""Conversations: requests that name the same session, as turns. Access is that of their traces."""

from datetime import datetime, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import NotFound
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.traces import MOST_SESSIONS, MOST_TRACES, Session, TraceFilter, TraceSummary, TrafficKind

_LONGEST = timedelta(days=30)
ID = "id"
"""The parameter that names a conversation: browsers and proxies change paths such as `a//b` and `..`."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation with its turns."""

    id: str
    """Its id."""
    turns: tuple[TraceSummary, ...]
    """Its requests, oldest first: the newest 500 at most."""


class Conversations(msgspec.Struct, frozen=True, kw_only=True):
    """The conversations with the youngest turns."""

    sessions: tuple[Session, ...]
    """The 50 youngest at most."""
    withheld: int
    """Requests that administrators see figures of and that are in no conversation here, 1,000 at most."""
    withheld_since: datetime
    """Of those that began then or later: with the first turn listed, or in 30 days where all conversations are."""


async def list_sessions(request: Request) -> Response:
    """`GET /api/sessions`: the 50 conversations with the youngest turns; with `id`, that one with its turns."""
    if ID in request.query_params:
        return await show_session(request)
    return render_json(await read_conversations(request, require(request, "read")))


async def show_session(request: Request) -> Response:
    """`GET /api/sessions/{id}`: one conversation with its turns, the newest 500 at most."""
    return render_json(await read_conversation(request, require(request, "read")))


async def read_conversations(request: Request, caller: Principal) -> Conversations:
    """Return the conversations with the youngest turns, and how many requests beside them are withheld."""
    seen = state_of(request).project.traces.seen_by(caller)
    sessions = await seen.sessions()
    longest = state_of(request).clock.now() - _LONGEST
    since = min(one.first_at for one in sessions) if len(sessions) >= MOST_SESSIONS else longest
    withheld = await seen.count_withheld(TraceFilter(traffic=TrafficKind.LIVE, since=since))
    return Conversations(sessions=sessions, withheld=withheld, withheld_since=since)


async def read_conversation(request: Request, caller: Principal) -> Conversation:
    """Return the conversation that the path names, as far as it is for this caller. Raises NotFound."""
    name: str = request.path_params.get("session") or request.query_params.get(ID, "")
    wanted = TraceFilter(session=name, traffic=TrafficKind.LIVE, limit=MOST_TRACES)
    turns = await state_of(request).project.traces.seen_by(caller).list(wanted)
    if not turns:
        raise NotFound(f"There is no session {name[:200]!r}.", next_step="`/sessions` lists those with turns lately.")
    return Conversation(id=name, turns=tuple(reversed(turns)))
