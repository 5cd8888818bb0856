"""Two traces side by side: what came in and out, and step by step in what they differ."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.records import Principal, Span
from plimsoll.server.api.traces import find_summary_of
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.server.tracing.alignment import AlignedStep, StepKey, align_steps, place_steps
from plimsoll.traces import TraceSummary


class TraceDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Two traces side by side."""

    a: TraceSummary
    """The first."""
    b: TraceSummary
    """The second."""
    steps: tuple[AlignedStep, ...]
    """Their first 300 steps, aligned."""
    is_whole: bool
    """Whether those are all steps of both."""


async def show_diff(request: Request) -> Response:
    """`GET /api/traces/diff`: two traces, `a` and `b`, with their steps aligned and what differs in each."""
    return render_json(await read_diff(request, require(request, "read")))


async def read_diff(request: Request, caller: Principal) -> TraceDiff:
    """Return the diff that the query asks for by `a` and `b`. Raises InvalidRequest, NotFound."""
    names = [request.query_params.get(name, "").strip() for name in ("a", "b")]
    if not all(names):
        raise InvalidRequest("A diff is of two traces.", next_step="Name them: `/traces/diff?a=ID&b=ID`.")
    first, second = [await find_summary_of(request, name, caller=caller) for name in names]
    (before, some), (after, others) = [await _read(request, one, caller) for one in (first, second)]
    steps = align_steps(before, after, spans=(some, others))
    is_whole = first.span_count <= len(before) and second.span_count <= len(after)
    return TraceDiff(a=first, b=second, steps=steps, is_whole=is_whole)


async def _read(request: Request, summary: TraceSummary, caller: Principal) -> tuple[list[StepKey], dict[str, Span]]:
    traces = state_of(request).project.traces.seen_by(caller)
    placed = place_steps(await traces.steps(summary))
    return placed, await traces.spans(summary, [one.span_id for one in placed])
