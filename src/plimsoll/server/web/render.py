"""Turns templates into pages. Everything put into one is escaped: documents, questions and answers are untrusted."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from plimsoll.pages import make_environment, read_style_file
from plimsoll.project import Work
from plimsoll.records import LOCAL_TENANT, Principal
from plimsoll.server.auth import SESSION_COOKIE, find_caller
from plimsoll.server.state import state_of
from plimsoll.server.web.ages import format_age, format_span
from plimsoll.server.web.navigation import lay_out_navigation

HERE = Path(__file__).parent


class LiveStart(msgspec.Struct, frozen=True, kw_only=True):
    """What happens while a page is made; its stream goes on from there."""

    since: str
    """Traces that begin from now on are new to the page."""
    work: tuple[Work, ...]
    """Long work that is under way."""


_OWN = ("console.js", "live.js", "trace.js")


def render_page(request: Request, template: str, content: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Return the template as a page of the console."""
    caller = find_caller(request)
    shell: dict[str, object] = {
        "navigation": lay_out_navigation(request.url.path, _served_paths(request), caller),
        "live": _begin_live(request, caller) if caller is not None and caller.may("read") else None,
        "path": request.url.path,
        "project_name": request.app.state.server.project.settings.project.name,
        "has_session": SESSION_COOKIE in request.cookies,
    }
    html = _environment().get_template(template).render({**shell, **content})
    return HTMLResponse(html, status_code=status)


def _begin_live(request: Request, caller: Principal) -> LiveStart:
    state = state_of(request)
    work = state.project.work.list() if caller.tenant == LOCAL_TENANT else ()
    return LiveStart(since=state.clock.now().isoformat(), work=work)


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
