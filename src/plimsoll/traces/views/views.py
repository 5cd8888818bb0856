"""Filters of traces under names that a tenant gave them, kept in the state database.

A view is kept as the texts that were written, so that `since=7d` stays seven days. It is not a right: what it shows
is what whoever opens it may see.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

import msgspec

from plimsoll.errors import InvalidRequest, NeedsConfirmation, NotFound, unknown_name
from plimsoll.records import LOCAL_TENANT, Clock, Principal
from plimsoll.store import Store
from plimsoll.traces.filters import read_filter
from plimsoll.traces.views import table

_LONGEST_NAME = 60
_MOST = 100
_OF_A_PAGE = "before"
_ABOUT = "user"


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A filter of traces that has a name."""

    name: str
    """Its name, once in a tenant."""
    filters: dict[str, str]
    """What is written into each filter."""
    saved_at: datetime
    """When, in UTC."""
    saved_by: str | None
    """Who, by id; None once that person was erased."""
    problem: str = ""
    """Why it cannot be opened any more; empty for a view that can."""


class TraceViews:
    """The saved views in a store of schema `state`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list(self, *, tenant: str = LOCAL_TENANT) -> tuple[SavedView, ...]:
        """Return a tenant's views by name; those whose filter cannot be read any more say why."""
        rows = await self._store.read(partial(table.list_views, tenant=tenant))
        views = [self._view_of(dict(row)) for row in rows]
        return tuple(sorted(views, key=lambda one: (one.name.casefold(), one.name)))

    async def get(self, name: str, *, tenant: str = LOCAL_TENANT) -> SavedView:
        """Return the view of this name. Raises NotFound."""
        views = {one.name: one for one in await self.list(tenant=tenant)}
        if name not in views:
            raise NotFound(unknown_name("view", name, views), next_step="`plimsoll traces views` lists them.")
        return views[name]

    async def save(
        self, name: str, filters: Mapping[str, str], *, caller: Principal | None = None, replace: bool = False
    ) -> SavedView:
        """Keep the filters under the name, for everybody of the caller's tenant.

        Raises InvalidRequest for a name or a filter that cannot be, or too many views; NeedsConfirmation where the
        name stands for other filters and `replace` does not say that they may go.
        """
        saver = caller or Principal.local()
        named, texts = _check_name(name), self._check_filters(filters)
        row: dict[str, object] = {
            "tenant": saver.tenant,
            "name": named,
            "filters": msgspec.json.encode(texts).decode(),
            "about": texts.get(_ABOUT),
            "subject": saver.id,
            "saved_at": self._clock.now(),
        }
        done = await self._store.write(partial(table.put_view, row=row, is_replacing=replace, most=_MOST))
        if done == "full":
            raise InvalidRequest(f"There are {_MOST} views already.", next_step="Remove one that nobody opens.")
        kept = await self.get(named, tenant=saver.tenant)
        if kept.filters != texts:
            shown = " ".join(f"{key}={value}" for key, value in kept.filters.items())
            raise NeedsConfirmation(
                f"There is a view {named!r} already, of {shown!r}.",
                next_step="Choose another name, or say that it is to be replaced (`--replace`, `replace`).",
            )
        return kept

    async def remove(self, name: str, *, tenant: str = LOCAL_TENANT) -> None:
        """Forget the view of this name. Raises NotFound."""
        view = await self.get(name, tenant=tenant)
        await self._store.write(partial(table.delete_view, tenant=tenant, name=view.name))

    async def erase(self, subject: str, *, tenant: str = LOCAL_TENANT) -> int:
        """Delete the tenant's views about a person, and take the person out of what they saved anywhere.

        Returns how many views that were.
        """
        gone = await self._store.write(partial(table.erase_subject, subject=subject, tenant=tenant))
        await self._store.checkpoint()
        return gone

    def _view_of(self, row: Mapping[str, object]) -> SavedView:
        filters = msgspec.json.decode(str(row["filters"]))
        told = {"name": row["name"], "filters": filters, "saved_at": row["saved_at"], "saved_by": row["subject"]}
        view = msgspec.convert(told, SavedView)
        try:
            read_filter(view.filters, now=self._clock.now())
        except InvalidRequest as error:
            return msgspec.structs.replace(view, problem=error.message)
        return view

    def _check_filters(self, filters: Mapping[str, str]) -> dict[str, str]:
        texts = {name: text.strip() for name, text in filters.items() if text.strip() and name != _OF_A_PAGE}
        if not texts:
            raise InvalidRequest(
                "A view of all requests needs no name.", next_step="Set a filter, e.g. outcome=failed."
            )
        read_filter(texts, now=self._clock.now())
        return texts


def _check_name(name: str) -> str:
    named = name.strip()
    if not named or len(named) > _LONGEST_NAME or not named.isprintable():
        raise InvalidRequest(f"{name[:200]!r} is no name of a view: it has 1 to {_LONGEST_NAME} printable characters.")
    return named
