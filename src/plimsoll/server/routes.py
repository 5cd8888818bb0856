"""Every path of the server and the handler behind it, in one table."""

from starlette.routing import BaseRoute, Route

from plimsoll.server.api.health import show_live
from plimsoll.server.web.sign_in import show_sign_in, sign_in, sign_out
from plimsoll.server.web.static_files import serve_static


def shell_routes() -> list[BaseRoute]:
    """Return the routes that need no project: liveness, signing in, and the console's own files."""
    return [
        Route("/health/live", show_live),
        Route("/sign-in", show_sign_in),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/static/{name}", serve_static),
    ]
