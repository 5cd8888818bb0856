"""`/traces`: what was asked and how it went, and each request with its steps."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.evals import describe_score
from plimsoll.pages import main_text
from plimsoll.project import REPLAY, SeenTraces
from plimsoll.records import Principal
from plimsoll.server.api.traces import filter_of, find_summary, read_outline
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.tracing.filter_form import address_of, lay_out_form
from plimsoll.server.tracing.outline import AXIS, Outline
from plimsoll.server.tracing.step_view import view_step
from plimsoll.server.tracing.view_links import Unsaved, lay_out_views
from plimsoll.server.web.render import render_page
from plimsoll.traces import TraceSummary


async def list_traces(request: Request) -> Response:
    """`GET /traces`: the newest first, with filters."""
    return await render_list(request, require(request, "read"))


async def render_list(request: Request, caller: Principal, unsaved: Unsaved | None = None) -> Response:
    """Return the page of the list that the query describes; `unsaved` is a view of it that could not be saved."""
    wanted = filter_of(request)
    state = state_of(request)
    page = await state.project.traces.seen_by(caller).page(wanted)
    traces = page.traces
    form = lay_out_form(request.query_params, features=tuple(state.project.features))
    content = {
        "traces": traces,
        "questions": {trace.trace_id: main_text(trace.input_text or "") for trace in traces},
        "form": form,
        "change_at": address_of(form.chosen, "/traces/views"),
        "saved": lay_out_views(await state.project.traces.views.list(tenant=caller.tenant), form.chosen),
        "may_save": caller.may("admin"),
        "unsaved": unsaved,
        "reached": page.reached,
        "further": form.address(until=page.reached.isoformat()) if page.reached else "",
        "older": form.address(before=traces[-1].trace_id) if len(traces) == wanted.limit else "",
        "twin": _with_query("/api/traces", request),
    }
    return render_page(request, "traces.html", content, status=unsaved.problem.http_status if unsaved else 200)


async def show_trace(request: Request) -> Response:
    """`GET /traces/{id}`: one request with its steps on a time axis, and one of them whole."""
    caller = require(request, "read")
    summary = await find_summary(request, caller)
    project = state_of(request).project
    seen = project.traces.seen_by(caller)
    outline = await read_outline(request, summary, caller=caller)
    scores = await seen.scores(summary)
    known = await project.evals.calibrations() if scores else ()
    chosen = request.query_params.get("step") or _first_step(outline)
    content = {
        "summary": summary,
        "question": main_text(summary.input_text or ""),
        "outline": outline,
        "step": view_step(await seen.step(summary, chosen)) if chosen else None,
        "axis": AXIS,
        "original": await _find_original(seen, summary, outline),
        "can_replay": not summary.withheld and summary.feature in project.features and caller.may("admin"),
        "scores": [(score, describe_score(score, known)) for score in scores],
        "at": f"/traces/{summary.trace_id}",
        "twin": _with_query(f"/api/traces/{summary.trace_id}", request),
    }
    return render_page(request, "trace.html", content)


async def _find_original(seen: SeenTraces, summary: TraceSummary, outline: Outline) -> str:
    """Return the trace that this one repeats; empty for none."""
    if summary.dataset != REPLAY or not outline.steps:
        return ""
    root = await seen.step(summary, outline.steps[0].span_id)
    return str(root.attributes.get("plimsoll.replay_of", ""))


def _first_step(outline: Outline) -> str:
    """Return the step that is shown where none is chosen: that whose inside is looked at, else the first."""
    if outline.path:
        return outline.path[-1].span_id
    return outline.steps[0].span_id if outline.steps else ""


def _with_query(path: str, request: Request) -> str:
    return f"{path}?{request.url.query}" if request.url.query else path
