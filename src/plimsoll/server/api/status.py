"""The project at a glance: models in use, each feature against its line, what the knowledge holds."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


async def show_status(request: Request) -> Response:
    """`GET /api/status`: what the overview shows."""
    caller = require(request, "read")
    return render_json(await state_of(request).project.status(caller.tenant))
