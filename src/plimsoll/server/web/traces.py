"""`/traces`: what was asked and how it went, and each request with its steps."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.evals import describe_score
from plimsoll.pages import main_text
from plimsoll.records import Outcome
from plimsoll.server.api.traces import find_trace, read_filter
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.web.render import render_page
from plimsoll.server.web.steps import AXIS, lay_out

_FILTERS = ("text", "feature", "outcome")


async def list_traces(request: Request) -> Response:
    """`GET /traces`: the newest first, with filters."""
    wanted = read_filter(request, require(request, "read"))
    state = state_of(request)
    traces = await state.project.traces.list(wanted)
    chosen = {name: request.query_params.get(name, "") for name in _FILTERS}
    content = {
        "traces": traces,
        "questions": {trace.trace_id: main_text(trace.input_text or "") for trace in traces},
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "features": list(state.project.features),
        "outcomes": [outcome.value for outcome in Outcome],
        "older": _older(chosen, traces[-1].trace_id) if len(traces) == wanted.limit else "",
        "twin": _with_query("/api/traces", request),
    }
    return render_page(request, "traces.html", content)


async def show_trace(request: Request) -> Response:
    """`GET /traces/{id}`: one request with its steps on a time axis."""
    trace = await find_trace(request, require(request, "read"))
    summary = trace.summary
    known = await state_of(request).project.evals.calibrations() if trace.scores else ()
    content = {
        "summary": summary,
        "question": main_text(summary.input_text or ""),
        "steps": lay_out(trace.spans),
        "axis": AXIS,
        "scores": [(score, describe_score(score, known)) for score in trace.scores],
        "twin": f"/api/traces/{summary.trace_id}",
    }
    return render_page(request, "trace.html", content)


def _older(chosen: dict[str, str], before: str) -> str:
    kept = {name: value for name, value in chosen.items() if value}
    return f"/traces?{urlencode({**kept, 'before': before})}"


def _with_query(path: str, request: Request) -> str:
    return f"{path}?{request.url.query}" if request.url.query else path
