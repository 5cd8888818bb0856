"""Serves the stylesheet, the script and the mark. Addresses carry the content's hash, so browsers may keep them."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import NotFound, unknown_name
from plimsoll.server.web.render import read_static

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FILES = ("plimsoll.css", "console.js", "live.js", "trace.js", "mark.svg")
_A_YEAR = "public, max-age=31536000, immutable"


async def serve_static(request: Request) -> Response:
    """`GET /static/{name}`: one of the console's own files."""
    name: str = request.path_params["name"]
    if name not in _FILES:
        raise NotFound(unknown_name("static file", name, _FILES))
    keep = {"cache-control": _A_YEAR} if "v" in request.query_params else {}
    return Response(read_static(name), media_type=_TYPES[name.rpartition(".")[2]], headers=keep)
