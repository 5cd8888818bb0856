"""Makes the environment that turns templates into pages: everything put into one is escaped.

The templates of this room are beside those of the room that asks.
"""

from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from plimsoll.pages.formats import (
    cut_text,
    format_bytes,
    format_count,
    format_duration,
    format_moment,
    format_money,
    format_object,
    format_ordinal,
    format_plural,
    format_pretty,
    format_share,
    format_text,
    format_ticks,
)

HERE = Path(__file__).parent
_FILTERS = {
    "bytes": format_bytes,
    "count": format_count,
    "cut": cut_text,
    "duration": format_duration,
    "moment": format_moment,
    "money": format_money,
    "object": format_object,
    "ordinal": format_ordinal,
    "pretty": format_pretty,
    "share": format_share,
    "shown": format_text,
    "ticks": format_ticks,
}

_plural = lru_cache(maxsize=256)(format_plural)


def make_environment(folder: Path) -> Environment:
    """Return an environment for the templates of the folder and of this room."""
    environment = Environment(
        loader=FileSystemLoader([folder, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    environment.globals["plural"] = _plural
    return environment


@cache
def read_style_file(name: str) -> bytes:
    """Return the content of the stylesheet or the mark."""
    return (HERE / "static" / name).read_bytes()


def render_alone(title: str, body: Markup) -> str:
    """Return a page that stands alone: one file with its style, without a script, that asks no network for anything."""
    style = Markup(read_style_file("plimsoll.css").decode())  # noqa: S704 - our own stylesheet
    return _own_environment().get_template("alone.html").render(title=format_text(title), body=body, style=style)


@cache
def _own_environment() -> Environment:
    return make_environment(HERE / "templates")
