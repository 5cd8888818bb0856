"""What allowances promise, over SQLite and PostgreSQL."""

import asyncio

import pytest

from plimsoll.access import Allowances
from plimsoll.errors import InvalidRequest, NotFound
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store

from contract.store.databases import opened
from waiting import until

pytestmark = pytest.mark.anyio
ADA = Principal(id="key:ab", tenant="shop", groups=frozenset({"sales"}))


@pytest.fixture
def allowances(store: Store) -> Allowances:
    return Allowances(store, SystemClock())


async def test_what_is_set_is_listed_and_applies_at_once(allowances: Allowances):
    made = await allowances.set("group:sales", requests_per_minute=60, budget_usd=12.34, period="day")
    assert (made.requests_per_minute, made.tokens_per_minute, made.budget_usd, made.period) == (60, None, 12.34, "day")
    assert await allowances.list() == [made]
    assert allowances.applying_to(ADA, feature=None, alias="fast") == (made,)


async def test_setting_again_changes_the_numbers_and_keeps_the_id(allowances: Allowances):
    first = await allowances.set("everyone", concurrent=5, tokens_per_minute=1_000)
    second = await allowances.set("everyone", concurrent=6)
    assert second.allowance_id == first.allowance_id
    assert (second.concurrent, second.tokens_per_minute) == (6, None)
    assert await allowances.list() == [second]


async def test_periods_of_one_owner_are_allowances_of_their_own(allowances: Allowances):
    await allowances.set("everyone", budget_usd=1, period="day")
    await allowances.set("everyone", budget_usd=9)
    assert [(each.period, each.budget_usd) for each in await allowances.list()] == [("day", 1.0), ("month", 9.0)]
    assert await allowances.remove("everyone", period="day") == 1
    assert [each.period for each in await allowances.list()] == ["month"]


async def test_removing_what_is_not_there_names_what_is(allowances: Allowances):
    await allowances.set("group:sales", concurrent=1)
    with pytest.raises(NotFound, match="There is no allowance of 'group:sale'; did you mean 'group:sales'"):
        await allowances.remove("group:sale")
    assert await allowances.remove("group:sales") == 1
    assert allowances.applying_to(ADA, feature=None, alias="") == ()


async def test_another_process_sees_a_change_when_it_refreshes(allowances: Allowances, store: Store):
    other = Allowances(store, SystemClock())
    await other.refresh()
    made = await allowances.set("tenant:shop", concurrent=1)
    assert other.applying_to(ADA, feature=None, alias="") == ()
    await other.refresh()
    assert other.applying_to(ADA, feature=None, alias="") == (made,)
    changed = await allowances.set("tenant:shop", concurrent=2)
    await other.refresh()
    assert other.applying_to(ADA, feature=None, alias="") == (changed,)
    await allowances.remove("tenant:shop")
    await other.refresh()
    assert other.applying_to(ADA, feature=None, alias="") == ()


async def test_a_started_process_sees_a_change_of_another_by_itself(allowances: Allowances, store: Store):
    other = Allowances(store, SystemClock())
    await other.start()
    made = await allowances.set("everyone", concurrent=1)
    await until(lambda: other.applying_to(ADA, feature=None, alias=""))
    assert other.applying_to(ADA, feature=None, alias="") == (made,)
    await other.close()
    await other.close()


async def test_a_look_that_began_before_a_change_does_not_undo_it(allowances: Allowances):
    await allowances.refresh()
    made, _ = await asyncio.gather(allowances.set("everyone", concurrent=1), allowances.refresh())
    assert allowances.applying_to(ADA, feature=None, alias="") == (made,)


async def test_a_store_that_is_gone_leaves_the_last_picture_in_force_and_says_so(url: str):
    async with opened(url) as store:
        await store.write(lambda c: c.exec_driver_sql("DELETE FROM allowances"))
        allowances = Allowances(store, SystemClock())
        made = await allowances.set("group:sales", concurrent=3)
        await allowances.start()
    await until(lambda: allowances.last_error)
    assert allowances.applying_to(ADA, feature=None, alias="") == (made,)
    await allowances.close()


async def test_erasing_a_key_deletes_its_allowances_and_no_other(allowances: Allowances):
    await allowances.set("key:ab", concurrent=1)
    kept = await allowances.set("key:cd", concurrent=1)
    assert await allowances.erase("user:ab") == 0
    assert await allowances.erase("key:ab") == 1
    assert await allowances.list() == [kept]


@pytest.mark.parametrize("number", [0, -1, 3_000_000_000])
async def test_a_number_that_cannot_be_meant_is_refused(allowances: Allowances, number: int):
    for name in ("concurrent", "requests_per_minute", "tokens_per_minute"):
        with pytest.raises(InvalidRequest, match=f"{name}={number}"):
            await allowances.set("everyone", **{name: number})  # pyright: ignore[reportArgumentType]
    assert await allowances.list() == []


async def test_an_allowance_without_a_number_or_with_money_that_is_none_is_refused(allowances: Allowances):
    with pytest.raises(InvalidRequest, match="limits nothing"):
        await allowances.set("everyone")
    for budget in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidRequest, match="budget_usd="):
            await allowances.set("everyone", budget_usd=budget)
    assert await allowances.list() == []
