"""`/features`: each feature against its line; `/features/{name}`: one of them over a while, bar by bar."""

from datetime import timedelta
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.pages import main_text
from plimsoll.project import UNDECLARED, WINDOWS, FeatureReport
from plimsoll.server.api.feature_reports import find_report
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.web.feature_charts import draw_feature, draw_trends
from plimsoll.server.web.render import render_page

_STEPS = {
    timedelta(minutes=1): "a minute",
    timedelta(hours=1): "an hour",
    timedelta(hours=3): "three hours",
    timedelta(days=1): "a day",
}


async def list_features(request: Request) -> Response:
    """`GET /features`: each feature with its mark, its requests of the last 24 hours, and its last evaluation."""
    caller = require(request, "read")
    status = await state_of(request).project.status(caller.tenant)
    trends = draw_trends(status)
    return render_page(request, "features.html", {"status": status, "trends": trends, "twin": "/api/features"})


async def show_feature(request: Request) -> Response:
    """`GET /features/{name}`: a feature over `window`: charts with its line, errors, models, variants, failures."""
    caller = require(request, "read")
    report = await find_report(request, caller)
    window = WINDOWS[report.window]
    content = {
        "report": report,
        "is_declared": report.status.kind != UNDECLARED,
        "window": window,
        "windows": list(WINDOWS.values()),
        "step": _STEPS[window.step],
        "charts": draw_feature(report),
        "traces": _traces_of(report),
        "questions": {trace.trace_id: main_text(trace.input_text or "") for trace in report.failed},
        "twin": f"/api/features/{quote(report.status.name)}?{urlencode({'window': report.window})}",
    }
    return render_page(request, "feature.html", content)


def _traces_of(report: FeatureReport) -> str:
    """Return the address of the same requests, one by one."""
    query = {"feature": report.status.name, "traffic": "live", "since": report.since.isoformat()}
    return f"/traces?{urlencode(query)}"
