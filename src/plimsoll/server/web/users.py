"""`/users`: who asked over a while, each with what they asked for, what it cost, and how it went."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.project import WINDOWS
from plimsoll.server.api.users import Users, read_users
from plimsoll.server.auth import require
from plimsoll.server.web.render import render_page
from plimsoll.traces import UserOrder

_ORDERS = {
    UserOrder.NEWEST: "last seen",
    UserOrder.BUSIEST: "requests",
    UserOrder.FAILING: "failed",
    UserOrder.DEAREST: "cost",
}


async def list_users(request: Request) -> Response:
    """`GET /users`: who asked over `window`, in the order `sort`; each leads to their requests."""
    found = await read_users(request, require(request, "read"))
    content = {
        "found": found,
        "window": WINDOWS[found.window],
        "windows": [(one.words, _address("/users", found, window=one.name), one.name) for one in WINDOWS.values()],
        "orders": [(words, _address("/users", found, sort=str(one)), one) for one, words in _ORDERS.items()],
        "has_scores": any(one.scored for one in found.page.users),
        "requests_of": _requests_of(found),
        "twin": _address("/api/users", found),
    }
    return render_page(request, "users.html", content)


def _address(path: str, found: Users, **changed: str) -> str:
    return f"{path}?{urlencode({'window': found.window, 'sort': str(found.order), **changed})}"


def _requests_of(found: Users) -> dict[str, str]:
    """Return the address of each user's requests in this while, by the user."""
    while_ = {"traffic": "live", "since": found.window}
    return {one.id: f"/traces?{urlencode({'user': one.id, **while_})}" for one in found.page.users}
