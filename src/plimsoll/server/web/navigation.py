"""Where the console leads: its pages in groups, each with the key that goes to it. Pure.

A page is linked once the server has a route for it and the caller may open it; one that does not exist is never named.
"""

from collections.abc import Container

import msgspec

from plimsoll.records import Principal


class NavPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page that the navigation may lead to."""

    href: str
    """Its address."""
    name: str
    """What it is called."""
    key: str
    """The letter that goes to it, after `g`."""
    needs: str = "read"
    """The scope that opens it."""
    is_current: bool = False
    """Whether it is the one that is open, or stands above it."""


class NavGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Pages that belong together."""

    name: str
    """What they are about; empty for those that stand first."""
    pages: tuple[NavPage, ...]
    """The pages."""


_GROUPS = (
    NavGroup(
        name="",
        pages=(
            NavPage(href="/", name="Overview", key="o"),
            NavPage(href="/features", name="Features", key="f"),
        ),
    ),
    NavGroup(
        name="Watch",
        pages=(
            NavPage(href="/traces", name="Traces", key="t"),
            NavPage(href="/traces/compare", name="What changed", key="w"),
            NavPage(href="/sessions", name="Sessions", key="u"),
            NavPage(href="/users", name="Users", key="h"),
            NavPage(href="/incidents", name="Incidents", key="i"),
            NavPage(href="/review", name="Review", key="v"),
        ),
    ),
    NavGroup(
        name="Evaluate",
        pages=(
            NavPage(href="/evals", name="Runs", key="r"),
            NavPage(href="/evals/compare", name="Compare", key="c"),
            NavPage(href="/evals/datasets", name="Datasets", key="d"),
            NavPage(href="/evals/judges", name="Judges", key="j"),
        ),
    ),
    NavGroup(
        name="Improve",
        pages=(
            NavPage(href="/playground", name="Playground", key="p", needs="admin"),
            NavPage(href="/releases", name="Releases", key="l"),
            NavPage(href="/knowledge", name="Knowledge", key="k"),
            NavPage(href="/ask", name="Ask", key="a", needs="ask"),
        ),
    ),
    NavGroup(name="Run", pages=(NavPage(href="/settings", name="Settings", key="s", needs="admin"),)),
)


def lay_out_navigation(path: str, served: Container[str], caller: Principal | None) -> tuple[NavGroup, ...]:
    """Return the groups with the pages that are served and that the caller may open; nobody yet: those for readers."""
    current = _find_current(path)
    groups = [
        NavGroup(
            name=group.name,
            pages=tuple(
                msgspec.structs.replace(page, is_current=page.href == current)
                for page in group.pages
                if page.href in served and _may_open(page, caller)
            ),
        )
        for group in _GROUPS
    ]
    return tuple(group for group in groups if group.pages)


def _may_open(page: NavPage, caller: Principal | None) -> bool:
    return page.needs == "read" if caller is None else caller.may(page.needs)


def _find_current(path: str) -> str:
    """Return the page that is open, or the nearest one above it; empty where there is none."""
    hrefs = [page.href for group in _GROUPS for page in group.pages]
    above = [href for href in hrefs if path == href or (href != "/" and path.startswith(f"{href}/"))]
    return max(above, key=len, default="")
