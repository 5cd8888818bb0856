"""Puts the server together: routes inside, and around them, from the outside in, every check.

    SafeHeaders → ErrorBoundary → Guard → Admission → Authentication → Intake → routes

A foreign page costs nothing, an overloaded server looks no key up, and no stranger's body is read.
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from plimsoll.server.auth import Authentication
from plimsoll.server.errors import ErrorBoundary, answer_http_exception
from plimsoll.server.guard import Guard
from plimsoll.server.headers import SafeHeaders
from plimsoll.server.limits import Admission, Intake
from plimsoll.server.state import ServerState


def assemble(routes: Sequence[BaseRoute], state: ServerState) -> Starlette:
    """Return the application with these routes behind every check."""
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(ErrorBoundary, state.clock),
            Middleware(Guard, state.address),
            Middleware(Admission, state.limits),
            Middleware(Authentication, state.address, keys=state.keys, sessions=state.sessions),
            Middleware(Intake, state.limits),
        ],
        exception_handlers={HTTPException: answer_http_exception},
    )
    app.router.redirect_slashes = False
    app.state.server = state
    return app
