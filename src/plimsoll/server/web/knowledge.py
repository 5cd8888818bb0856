"""`/knowledge`: each corpus against its limits, and a form that takes more documents."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import PlimsollError
from plimsoll.knowledge import IngestReport, known_endings
from plimsoll.records import Principal
from plimsoll.server.api.ingest import ingest_form
from plimsoll.server.auth import require
from plimsoll.server.body import read_form
from plimsoll.server.state import state_of
from plimsoll.server.web.render import render_page


async def list_corpora(request: Request) -> Response:
    """`GET /knowledge`: what the project knows."""
    return await _render(request, require(request, "read"))


async def add_documents(request: Request) -> Response:
    """`POST /knowledge`: keep the files that were sent, read them, and say what became of each."""
    caller = require(request, "ingest")
    require(request, "read")
    try:
        report = await ingest_form(state_of(request).project, await read_form(request))
    except PlimsollError as error:
        return await _render(request, caller, problem=error)
    return await _render(request, caller, report=report)


async def _render(
    request: Request, caller: Principal, *, report: IngestReport | None = None, problem: PlimsollError | None = None
) -> Response:
    content = {
        "corpora": await state_of(request).project.knowledge.seen_by(caller).cards(),
        "report": report,
        "problem": problem,
        "may_ingest": caller.may("ingest"),
        "may_ask": caller.may("ask"),
        "endings": ",".join(sorted(known_endings())),
        "twin": "/api/knowledge",
    }
    return render_page(request, "knowledge.html", content, status=problem.http_status if problem else 200)
