"""Who is asking: an access key in the request, a signed-in browser, or the person at this machine.

Where only this machine can reach the server, a request without a key is the local user's. Elsewhere it is refused.
What a caller may do is read from the principal's scopes by each handler through `require`.
"""

import secrets
from collections import OrderedDict
from typing import Protocol
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.errors import Forbidden, Unauthenticated
from plimsoll.records import Clock, Principal, Secret
from plimsoll.server.address import Address
from plimsoll.server.reply import wants_page

SESSION_COOKIE = "plimsoll_session"
SESSION_SECONDS = 12 * 3600
_MOST_SESSIONS = 1_000
_PUBLIC = ("/health/", "/static/", "/sign-in")
_CALLER = "plimsoll.caller"


class Verifier(Protocol):
    """What checking a request asks of the access keys."""

    async def verify(self, text: str) -> Principal:
        """Return who the key stands for; raises Unauthenticated."""
        ...


class Sessions:
    """Browsers that signed in with a key: the cookie holds a random token, the key itself stays in this process.

    The key is verified again on every request, so that revoking it ends its sessions. Bounded; the oldest go first.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: OrderedDict[str, tuple[Secret, float]] = OrderedDict()

    def begin(self, key: Secret) -> str:
        """Keep the key and return the token that stands for it."""
        token = secrets.token_urlsafe(32)
        self._keys[token] = (key, self._clock.monotonic() + SESSION_SECONDS)
        while len(self._keys) > _MOST_SESSIONS:
            self._keys.popitem(last=False)
        return token

    def find(self, token: str) -> Secret | None:
        """Return the key of the session, or None when there is none or it has ended."""
        key, ends_at = self._keys.get(token, (None, 0.0))
        if key is not None and self._clock.monotonic() >= ends_at:
            self.end(token)
            return None
        return key

    def end(self, token: str) -> None:
        """Forget the session."""
        self._keys.pop(token, None)


class Authentication:
    """ASGI middleware that finds out who is asking and refuses strangers where a key is needed."""

    def __init__(self, app: ASGIApp, address: Address, *, keys: Verifier, sessions: Sessions) -> None:
        self._app = app
        self._address = address
        self._keys = keys
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its principal; raises Unauthenticated, or sends a browser to the sign-in page."""
        if scope["type"] != "http" or scope["path"].startswith(_PUBLIC):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        caller = await self._find_caller(request)
        if caller is not None:
            scope[_CALLER] = caller
            await self._app(scope, receive, send)
        elif wants_page(request):
            await _to_sign_in(request)(scope, receive, send)
        else:
            raise missing_key()

    async def _find_caller(self, request: Request) -> Principal | None:
        bearer = read_bearer(request.headers)
        if bearer is not None:
            return await self._keys.verify(bearer)
        key = self._sessions.find(request.cookies.get(SESSION_COOKIE, ""))
        if key is not None:
            return await self._verify_session(key)
        return None if self._address.needs_key else Principal.local()

    async def _verify_session(self, key: Secret) -> Principal | None:
        """A session whose key was revoked is over; its browser is asked to sign in again."""
        try:
            return await self._keys.verify(key.reveal())
        except Unauthenticated:
            return None


def read_bearer(headers: Headers) -> str | None:
    """Return the access key of the request, or None when it carries none; raises Unauthenticated for another scheme."""
    header = headers.get("authorization")
    if header is None:
        return None
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise Unauthenticated(
            "The Authorization header is not of the form 'Bearer KEY'.",
            next_step="Send the access key as `Authorization: Bearer plim_…`.",
        )
    return text.strip()


def missing_key() -> Unauthenticated:
    """Return the error for a request without a key, where one is needed."""
    return Unauthenticated(
        "This server needs an access key.",
        next_step="Send one as `Authorization: Bearer plim_…`; `plimsoll keys create NAME` makes one.",
    )


def caller_of(request: Request) -> Principal:
    """Return who is asking."""
    caller = request.scope[_CALLER]
    assert isinstance(caller, Principal)  # noqa: S101 - Authentication, which sets it, stands before every handler
    return caller


def find_caller(request: Request) -> Principal | None:
    """Return who is asking, where that is known: nobody is on the page on which one signs in."""
    caller = request.scope.get(_CALLER)
    return caller if isinstance(caller, Principal) else None


def require(request: Request, scope: str) -> Principal:
    """Return who is asking when their key allows the scope; raises Forbidden."""
    caller = caller_of(request)
    check_scope(caller, scope)
    return caller


def check_scope(caller: Principal, scope: str) -> None:
    """Raise Forbidden unless the caller's key allows the scope."""
    if not caller.may(scope):
        held = ", ".join(sorted(caller.scopes)) or "nothing"
        raise Forbidden(
            f"This needs the scope {scope!r}; the access key allows {held}.",
            next_step=f"Make another key with `plimsoll keys create NAME --scope {scope}`.",
        )


def is_local_path(path: str) -> bool:
    """Tell whether a path to return to stays on this server."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path


def _to_sign_in(request: Request) -> RedirectResponse:
    target = request.url.path
    return RedirectResponse(f"/sign-in?next={quote(target)}" if target != "/" else "/sign-in", status_code=303)
