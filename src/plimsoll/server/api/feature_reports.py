"""What the pages of features show: each against its line, and one of them over a while."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.project import DEFAULT_WINDOW, FeatureReport
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


async def list_reports(request: Request) -> Response:
    """`GET /api/features`: each feature with its last evaluation, and its requests of 24 hours against its line."""
    caller = require(request, "read")
    status = await state_of(request).project.status(caller.tenant)
    return render_json({"features": status.features, "undeclared": status.undeclared, "unnamed": status.unnamed})


async def show_report(request: Request) -> Response:
    """`GET /api/features/{name}`: a feature over `window` (`1h`, `24h`, `7d`, `30d`): figures, bars, failures, runs."""
    return render_json(await find_report(request, require(request, "read")))


async def find_report(request: Request, caller: Principal) -> FeatureReport:
    """Return the feature that the path names, over the window of the query. Raises NotFound, InvalidRequest."""
    window = request.query_params.get("window", DEFAULT_WINDOW)
    return await state_of(request).project.describe_feature(request.path_params["name"], window, caller=caller)
