"""`/knowledge/{corpus}/audit`: what the last audit found wrong with what a corpus knows, the worst first."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.web.render import render_page

_MOST_ROWS = 500
_MOST_BEFORE = 20


async def show_audit(request: Request) -> Response:
    """`GET /knowledge/{corpus}/audit`: the findings about documents that the caller may read, and earlier numbers."""
    caller, name = require(request, "read"), request.path_params["corpus"]
    kept = await state_of(request).project.knowledge.seen_by(caller).kept_audits(name)
    findings = kept.report.findings if kept.report else ()
    content = {
        "corpus": name,
        "report": kept.report,
        "findings": findings[:_MOST_ROWS],
        "not_shown": max(0, len(findings) - _MOST_ROWS),
        "history": kept.history[:_MOST_BEFORE],
        "twin": f"/api{request.url.path}",
    }
    return render_page(request, "audit.html", content)
