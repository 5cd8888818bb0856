"""Whether the process lives, for whoever restarts it, and whether it can answer, for whoever sends it requests."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of

_UNAVAILABLE = 503


async def show_live(request: Request) -> Response:  # noqa: ARG001 - the shape of a handler
    """`GET /health/live`: the event loop turns."""
    return render_json({"status": "ok"})


async def show_ready(request: Request) -> Response:
    """`GET /health/ready`: stores, embedding model and indexes are there; else 503 and what is missing."""
    checks = await state_of(request).warm_up.examine()
    is_ready = all(check.state == "ok" for check in checks)
    content = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return render_json(content, status=200 if is_ready else _UNAVAILABLE)
