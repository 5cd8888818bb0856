"""Turns templates into pages. Everything put into one is escaped: documents, questions and answers are untrusted."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from plimsoll.pages import make_environment, read_style_file
from plimsoll.server.auth import SESSION_COOKIE, find_caller
from plimsoll.server.web.ages import format_age, format_span
from plimsoll.server.web.navigation import lay_out_navigation

HERE = Path(__file__).parent
_OWN = ("console.js", "trace.js")


def render_page(request: Request, template: str, content: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Return the template as a page of the console."""
    shell: dict[str, object] = {
        "navigation": lay_out_navigation(request.url.path, _served_paths(request), find_caller(request)),
        "path": request.url.path,
        "project_name": request.app.state.server.project.settings.project.name,
        "has_session": SESSION_COOKIE in request.cookies,
    }
    html = _environment().get_template(template).render({**shell, **content})
    return HTMLResponse(html, status_code=status)


def _served_paths(request: Request) -> frozenset[str]:
    return frozenset(route.path for route in request.app.routes if isinstance(route, Route))


@cache
def static_url(name: str) -> str:
    """Return the address of a static file with its content's hash, so that browsers may keep it."""
    return f"/static/{name}?v={sha256(read_static(name)).hexdigest()[:12]}"


@cache
def read_static(name: str) -> bytes:
    """Return the content of a static file: the console's script, or what it shares with every page."""
    return (HERE / "static" / name).read_bytes() if name in _OWN else read_style_file(name)


@cache
def _environment() -> Environment:
    environment = make_environment(HERE / "templates")
    environment.filters["age"] = format_age
    environment.filters["span"] = format_span
    environment.globals["static"] = static_url
    return environment
