"""One shape for everything that goes wrong over HTTP, and the boundary at which exceptions take it.

    {"error": {"code", "message", "next_step", "documentation", "trace_id"}}

Pages get the same facts as a page. A defect of ours shows no stack trace: it is recorded in the log under a reference,
with the places it passed through and without its message, which might quote a prompt.
"""

import asyncio
import logging
import math
import traceback

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.errors import DeadlinePassed, LimitsUnavailable, Overloaded, PlimsollError, Unauthenticated, nearest_name
from plimsoll.records import Clock, new_id
from plimsoll.server.door.paths import DOOR_PATHS
from plimsoll.server.reply import render_json, wants_page
from plimsoll.server.web.render import render_page

LOG = logging.getLogger("plimsoll.server")
_NOT_FOUND = 404
_METHOD_NOT_ALLOWED = 405
_CLIENT_ERROR = 400
_SOON_SECONDS = 1.0


class ErrorShape(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, as callers read it."""

    code: str
    """Stable name of the error, for programs."""
    message: str
    """What happened."""
    next_step: str
    """What to do about it; empty where there is nothing to do."""
    documentation: str
    """Where the error is explained."""
    trace_id: str | None = None
    """The trace of the request, or the reference under which the log has it."""


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error response."""

    error: ErrorShape
    """What went wrong."""


class ErrorBoundary:
    """ASGI middleware at which every exception of a request becomes a response."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and answer what it raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the boundary of a request
            response = self._answer(Request(scope), error)
            # Half a response cannot be taken back: uvicorn closes its connection.
            if not has_started:
                await response(scope, receive, send)

    def _answer(self, request: Request, error: BaseException) -> Response:
        if isinstance(error, PlimsollError):
            return answer_error(request, error)
        if isinstance(error, asyncio.CancelledError):
            # Only a server that stops cancels a whole request; the connection is closed after this answer.
            return answer_error(request, stopping())
        return _answer_defect(request, record_defect(error, self._clock))


def answer_error(request: Request, error: PlimsollError) -> Response:
    """Return the response for an error of the tree."""
    shape = ErrorShape(
        code=error.code,
        message=error.message,
        next_step=error.next_step,
        documentation=error.documentation(),
        trace_id=error.trace_id,
    )
    return _respond(request, shape, status=error.http_status, headers=headers_of(error))


def answer_http_exception(request: Request, error: Exception) -> Response:
    """Return the response for what the router refuses: an unknown path, or a method that a path does not take."""
    status = error.status_code if isinstance(error, HTTPException) else _CLIENT_ERROR
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    shape = ErrorShape(
        code="not_found" if status == _NOT_FOUND else "invalid_request",
        message=_describe(request, status, detail=str(getattr(error, "detail", ""))),
        next_step=_suggest(request, status, allowed=headers.get("Allow", "")),
        documentation=f"docs/reference/errors.md#{'not_found' if status == _NOT_FOUND else 'invalid_request'}",
    )
    return _respond(request, shape, status=status, headers=headers)


def record_defect(error: BaseException, clock: Clock) -> str:
    """Log where an unexpected exception came from, never its message; return the reference it is logged under."""
    reference = new_id(clock)
    places = " < ".join(
        f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    LOG.error("defect %s: %s at %s", reference, type(error).__name__, places)
    return reference


def describe_defect(reference: str) -> str:
    """Return what callers are told of a defect."""
    return f"Something broke inside Plimsoll; the log has it under {reference}."


def stopping() -> DeadlinePassed:
    """Return the error for a request that the server cancelled because it stops."""
    return DeadlinePassed("The server is stopping and cancelled the request.", next_step="Send it again.")


def _answer_defect(request: Request, reference: str) -> Response:
    shape = ErrorShape(
        code=PlimsollError.code,
        message=describe_defect(reference),
        next_step="Report it with the lines of the log that name this reference.",
        documentation=PlimsollError.documentation(),
        trace_id=reference,
    )
    return _respond(request, shape, status=PlimsollError.http_status, headers={})


def _respond(request: Request, shape: ErrorShape, *, status: int, headers: dict[str, str]) -> Response:
    if wants_page(request):
        page = render_page(request, "error.html", {"error": shape, "status": status}, status=status)
        page.headers.update(headers)
        return page
    return render_json(ErrorBody(error=shape), status=status, headers=headers)


def headers_of(error: PlimsollError) -> dict[str, str]:
    """Return the headers that say how to go on: which scheme a key comes in, or how many seconds to wait."""
    if isinstance(error, Unauthenticated):
        return {"www-authenticate": 'Bearer realm="plimsoll"'}
    wait: float | None = getattr(error, "retry_after_seconds", None)
    if wait is None and isinstance(error, Overloaded | LimitsUnavailable):
        wait = _SOON_SECONDS
    return {} if wait is None else {"retry-after": str(math.ceil(wait))}


def _describe(request: Request, status: int, *, detail: str) -> str:
    path = request.url.path
    if status == _NOT_FOUND:
        return f"There is nothing at {path!r}."
    if status == _METHOD_NOT_ALLOWED:
        return f"{path!r} does not take {request.method}."
    return detail


def _suggest(request: Request, status: int, *, allowed: str) -> str:
    if status == _METHOD_NOT_ALLOWED:
        return f"It takes {allowed}."
    known: list[str] = [route.path for route in request.app.routes if hasattr(route, "path")]
    known += [one.path for one in DOOR_PATHS]
    near = nearest_name(request.url.path, known)
    return f"Did you mean {near!r}?" if near else "The console starts at '/'; the API is described in docs/start.md."
