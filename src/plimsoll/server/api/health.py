"""Whether the process lives, for whoever restarts it."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.server.reply import render_json


async def show_live(request: Request) -> Response:  # noqa: ARG001 - the shape of a handler
    """`GET /health/live`: the event loop turns."""
    return render_json({"status": "ok"})
