"""What is in force: settings with their defaults, models with prices, who may use how much, how stores fare."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


async def show_settings(request: Request) -> Response:
    """`GET /api/settings`: every setting in force, models with prices, keys by name, stores; for administrators."""
    require(request, "admin")
    return render_json(await state_of(request).project.describe_settings())
