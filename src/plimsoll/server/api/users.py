"""Who asked, over a while: a line for each user that requests name. Access is that of the requests."""

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest, one_of
from plimsoll.project import DEFAULT_WINDOW, find_window
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.traces import TraceFilter, TrafficKind, UserOrder, UserPage


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """The users of a while, as a caller may see them."""

    window: str
    """The while: `1h`, `24h`, `7d` or `30d`."""
    since: datetime
    """Its first moment."""
    order: UserOrder
    """How they are ordered."""
    page: UserPage
    """The first 50."""
    withheld: int
    """Requests of this while that administrators see figures of and that are no user's here, 1,000 at most."""


async def list_users(request: Request) -> Response:
    """`GET /api/users`: who asked over `window`, sorted by `sort`: newest, busiest, failing or dearest first."""
    return render_json(await read_users(request, require(request, "read")))


async def read_users(request: Request, caller: Principal) -> Users:
    """Return the users that the query asks for, as far as they are for this caller. Raises InvalidRequest."""
    window = find_window(request.query_params.get("window", DEFAULT_WINDOW))
    order = _read_order(request.query_params.get("sort", UserOrder.NEWEST))
    state = state_of(request)
    since = state.clock.now() - window.length
    seen = state.project.traces.seen_by(caller)
    return Users(
        window=window.name,
        since=since,
        order=order,
        page=await seen.users(since=since, order=order),
        withheld=await seen.count_withheld(TraceFilter(traffic=TrafficKind.LIVE, since=since)),
    )


def _read_order(text: str) -> UserOrder:
    if text not in set(UserOrder):
        raise InvalidRequest(
            f"sort={text!r} is no order.", next_step=f"Choose {one_of([str(one) for one in UserOrder])}."
        )
    return UserOrder(text)
