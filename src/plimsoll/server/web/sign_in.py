"""Signing in to the console with an access key, and out again, where others than this machine can reach it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.errors import Unauthenticated
from plimsoll.records import Secret
from plimsoll.server.auth import SESSION_COOKIE, SESSION_SECONDS, is_local_path
from plimsoll.server.body import read_fields
from plimsoll.server.state import state_of
from plimsoll.server.web.render import render_page


async def show_sign_in(request: Request) -> Response:
    """`GET /sign-in`: ask for an access key."""
    return _render(request, target=request.query_params.get("next", "/"))


async def sign_in(request: Request) -> Response:
    """`POST /sign-in`: check the key and begin a session."""
    fields = await read_fields(request)
    target = fields.get("next", "/")
    key = fields.get("key", "").strip()
    try:
        await state_of(request).keys.verify(key)
    except Unauthenticated as error:
        return _render(request, target=target, problem=error.message)
    response = RedirectResponse(target if is_local_path(target) else "/", status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        state_of(request).sessions.begin(Secret(key)),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


async def sign_out(request: Request) -> Response:
    """`POST /sign-out`: end the session."""
    state_of(request).sessions.end(request.cookies.get(SESSION_COOKIE, ""))
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
    return response


def _render(request: Request, *, target: str, problem: str = "") -> Response:
    status = Unauthenticated.http_status if problem else 200
    return render_page(request, "sign_in.html", {"next": target, "problem": problem}, status=status)
