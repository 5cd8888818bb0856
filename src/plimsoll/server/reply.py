"""How responses are made: JSON with the project's records in it, and whether a caller wants a page instead."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

_PROGRAM_PREFIXES = ("/api/", "/v1/", "/health/", "/static/", "/metrics")
_ENCODER = msgspec.json.Encoder()


def render_json(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the content (records, lists and plain values) as a JSON response."""
    return Response(_ENCODER.encode(content), status_code=status, headers=headers, media_type="application/json")


def wants_page(request: Request) -> bool:
    """Tell whether the caller is a browser that opened a page, rather than a program."""
    is_page = not request.url.path.startswith(_PROGRAM_PREFIXES)
    return is_page and "text/html" in request.headers.get("accept", "")
