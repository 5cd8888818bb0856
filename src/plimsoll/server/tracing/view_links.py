"""Saved views as links above the list of traces. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.server.tracing.filter_form import address_of
from plimsoll.traces import SavedView


class ViewLink(msgspec.Struct, frozen=True, kw_only=True):
    """One view."""

    name: str
    """Its name."""
    address: str
    """The list that it stands for."""
    problem: str
    """Why it cannot be opened; empty for one that can."""
    is_current: bool
    """Whether the list on the page is the view's."""


class Unsaved(msgspec.Struct, frozen=True, kw_only=True):
    """A view that could not be saved."""

    name: str
    """The name that was asked for."""
    problem: PlimsollError
    """Why not."""
    is_taken: bool
    """Whether it could be saved in place of another."""


class ViewLinks(msgspec.Struct, frozen=True, kw_only=True):
    """The views of a page."""

    links: tuple[ViewLink, ...]
    """All of them, by name."""
    current: str
    """The name of that which the list on the page is; empty for none."""


def lay_out_views(views: Sequence[SavedView], chosen: Mapping[str, str]) -> ViewLinks:
    """Return the views as links beside a list that has these filters."""
    links = tuple(
        ViewLink(
            name=one.name,
            address=address_of(one.filters),
            problem=one.problem,
            is_current=one.filters == chosen,
        )
        for one in views
    )
    return ViewLinks(links=links, current=next((one.name for one in links if one.is_current), ""))
