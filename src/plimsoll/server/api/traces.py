"""What was asked and how it went: a list of traces, and one with its steps.

A caller sees their own tenant's only, and where a trace rests on documents that not everyone may read, their own only;
an administrator sees the figures of the others.
"""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.project import SeenTraces
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.server.tracing.outline import Outline, draw_outline
from plimsoll.server.tracing.step_view import view_step
from plimsoll.traces import Trace, TraceFilter, TraceSummary, read_filter


async def list_traces(request: Request) -> Response:
    """`GET /api/traces`: the newest first; narrowed and sorted by the filters that `plimsoll traces` has."""
    return render_json(await traces_of(request, require(request, "read")).page(filter_of(request)))


async def show_trace(request: Request) -> Response:
    """`GET /api/traces/{id}`: one trace with its spans; the beginning of its id, 6 digits or more, will do."""
    return render_json(await find_trace(request, require(request, "read")))


async def show_steps(request: Request) -> Response:
    """`GET /api/traces/{id}/steps`: its steps as a tree, 300 at most, the top levels first; `within`, `first`."""
    caller = require(request, "read")
    return render_json(await read_outline(request, await find_summary(request, caller), caller=caller))


async def show_step(request: Request) -> Response:
    """`GET /api/traces/{id}/steps/{span}`: one step, whole."""
    caller = require(request, "read")
    summary = await find_summary(request, caller)
    step = await traces_of(request, caller).step(summary, request.path_params["span_id"])
    return render_json(view_step(step))


async def read_outline(request: Request, summary: TraceSummary, *, caller: Principal) -> Outline:
    """Return the part of the trace's tree that the query names by `within` and `first`. Raises InvalidRequest."""
    lines = await traces_of(request, caller).steps(summary)
    first = request.query_params.get("first", "0")
    if not first.isascii() or not first.isdigit():
        raise InvalidRequest(f"first={first!r} is not a whole number.")
    return draw_outline(lines, within=request.query_params.get("within"), first=int(first))


async def find_summary(request: Request, caller: Principal) -> TraceSummary:
    """Return the trace that the path names, without its spans; what is not for this caller does not exist."""
    return await find_summary_of(request, request.path_params["trace_id"], caller=caller)


async def find_summary_of(request: Request, trace_id: str, *, caller: Principal) -> TraceSummary:
    """Return this trace, without its spans; what is not for this caller does not exist. Raises NotFound."""
    return await traces_of(request, caller).summary(trace_id)


async def find_trace(request: Request, caller: Principal) -> Trace:
    """Return the trace that the path names; what is not for this caller does not exist. Raises NotFound."""
    return await traces_of(request, caller).get(request.path_params["trace_id"])


def traces_of(request: Request, caller: Principal) -> SeenTraces:
    """Return the traces as this caller may see them."""
    return state_of(request).project.traces.seen_by(caller)


def filter_of(request: Request) -> TraceFilter:
    """Return the filter that the query describes; raises InvalidRequest."""
    return read_filter(request.query_params, now=state_of(request).clock.now())
