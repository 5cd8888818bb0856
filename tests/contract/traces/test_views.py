"""Saved views: a name once in a tenant, texts as they were written, people who can be erased; on both databases."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from functools import partial

import pytest

from plimsoll.errors import InvalidRequest, NeedsConfirmation, NotFound
from plimsoll.records import Principal
from plimsoll.store import Store
from plimsoll.testing import FakeClock
from plimsoll.traces import TraceViews
from plimsoll.traces.views.table import put_view

from contract.store.databases import emptied

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ADA = Principal(id="user:ada", tenant="acme")
BOB = Principal(id="user:bob", tenant="other")


@pytest.fixture
async def store(url: str) -> AsyncGenerator[Store]:
    async with emptied(url) as store:
        yield store


@pytest.fixture
def views(store: Store) -> TraceViews:
    return TraceViews(store, FakeClock(NOW))


async def test_a_view_is_kept_as_it_was_written_for_its_tenant_alone(views: TraceViews):
    texts = {"since": "7d", "text": " 100 % größer\n", "outcome": "", "before": "0" * 32}
    view = await views.save("  slow 🐢 week ", texts, caller=ADA)
    assert (view.name, view.filters) == ("slow 🐢 week", {"since": "7d", "text": "100 % größer"})
    assert (view.saved_at, view.saved_by, view.problem) == (NOW, "user:ada", "")
    assert await views.list(tenant="acme") == (view,)
    assert await views.list(tenant="other") == ()
    for forbidden in (views.get, views.remove):
        with pytest.raises(NotFound):
            await forbidden(view.name, tenant="other")


async def test_a_name_that_is_taken_says_what_it_stands_for_and_is_replaced_when_told(views: TraceViews):
    await views.save("bad", {"outcome": "failed"}, caller=ADA)
    await views.save("bad", {"outcome": "refused"}, caller=BOB)
    await views.save("bad", {"outcome": "failed"}, caller=ADA)
    with pytest.raises(NeedsConfirmation, match="outcome=failed"):
        await views.save("bad", {"outcome": "refused"}, caller=ADA)
    assert (await views.get("bad", tenant="acme")).filters == {"outcome": "failed"}
    await views.save("bad", {"feature": "faq"}, caller=ADA, replace=True)
    assert [one.filters for one in await views.list(tenant="acme")] == [{"feature": "faq"}]
    assert [one.filters for one in await views.list(tenant="other")] == [{"outcome": "refused"}]


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("", {"outcome": "failed"}),
        ("x" * 61, {"outcome": "failed"}),
        ("a\nb", {"outcome": "failed"}),
        ("all", {"outcome": " "}),
        ("odd", {"since": "yesterday"}),
        ("odd", {"colour": "red"}),
    ],
)
async def test_what_could_not_be_opened_is_not_saved(views: TraceViews, name: str, filters: dict[str, str]):
    with pytest.raises(InvalidRequest):
        await views.save(name, filters)
    assert await views.list() == ()


async def test_a_view_whose_filter_is_gone_says_so_and_the_others_stay(store: Store, views: TraceViews):
    await views.save("fine", {"outcome": "failed"})
    row = {"tenant": "local", "name": "Broken", "filters": '{"colour":"red"}', "about": None, "subject": None}
    await store.write(partial(put_view, row=row | {"saved_at": NOW}, is_replacing=False, most=9))
    broken, fine = await views.list()
    assert (broken.name, fine.name, fine.problem) == ("Broken", "fine", "")
    assert "'colour'" in broken.problem
    await views.remove("Broken")
    assert await views.list() == (fine,)


async def test_erasing_a_person_blanks_what_they_saved_and_deletes_what_is_about_them(views: TraceViews):
    await views.save("by her", {"outcome": "failed"}, caller=ADA)
    await views.save("about her", {"user": "user:ada"}, caller=Principal(id="user:eve", tenant="acme"))
    await views.save("another ada", {"user": "user:ada"}, caller=BOB)
    assert await views.erase("user:ada", tenant="acme") == 2
    assert [(one.name, one.saved_by) for one in await views.list(tenant="acme")] == [("by her", None)]
    assert [one.name for one in await views.list(tenant="other")] == ["another ada"]
    assert await views.erase("user:ada", tenant="acme") == 0


async def test_a_tenant_has_a_hundred_views_at_most(views: TraceViews):
    for number in range(100):
        await views.save(f"view {number}", {"outcome": "failed"})
    with pytest.raises(InvalidRequest, match="100 views"):
        await views.save("one more", {"outcome": "failed"})
    await views.save("view 7", {"outcome": "refused"}, replace=True)
    assert len(await views.list()) == 100
