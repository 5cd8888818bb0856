"""Turns templates into pages. Everything put into one is escaped: documents, questions and answers are untrusted."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from plimsoll.server.web.formats import (
    format_count,
    format_duration,
    format_moment,
    format_money,
    format_plural,
    format_pretty,
    format_ticks,
)

HERE = Path(__file__).parent


def render_page(request: Request, template: str, content: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Return the template as a page of the console."""
    shell: dict[str, object] = {
        "plural": format_plural,
        "path": request.url.path,
        "project_name": request.app.state.server.project.settings.project.name,
        "has_session": "plimsoll_session" in request.cookies,
    }
    html = _environment().get_template(template).render({**shell, **content})
    return HTMLResponse(html, status_code=status)


@cache
def static_url(name: str) -> str:
    """Return the address of a static file with its content's hash, so that browsers may keep it."""
    return f"/static/{name}?v={sha256(read_static(name)).hexdigest()[:12]}"


@cache
def read_static(name: str) -> bytes:
    """Return the content of a static file."""
    return (HERE / "static" / name).read_bytes()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = format_count
    environment.filters["duration"] = format_duration
    environment.filters["moment"] = format_moment
    environment.filters["money"] = format_money
    environment.filters["pretty"] = format_pretty
    environment.filters["ticks"] = format_ticks
    environment.globals["static"] = static_url
    return environment
