"""What the ledger promises, over SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from plimsoll.errors import BudgetExhausted
from plimsoll.gateway.spend import SpendLedger
from plimsoll.records import SystemClock
from plimsoll.store import Store

from contract.gateway.spending import budget, entry, held, ledger_of, number, settled

pytestmark = pytest.mark.anyio
DOLLAR = 1_000_000_000


@pytest.fixture
async def ledger(store: Store) -> AsyncIterator[SpendLedger]:
    async with ledger_of(store) as ledger:
        yield ledger


async def test_a_call_without_a_budget_is_booked_and_reserves_nothing(ledger: SpendLedger, store: Store):
    assert await ledger.reserve((), 5.0, seconds=10) is None
    ledger.settle(None, entry(0.25))
    await ledger.flush()
    assert await number(store, "SELECT cost_nano_usd FROM spend_entries") == DOLLAR // 4
    assert await number(store, "SELECT count(*) FROM spend_accounts") == 0


async def test_what_a_call_cost_is_charged_and_the_rest_of_its_reservation_is_free_again(
    ledger: SpendLedger, store: Store
):
    for spent in range(10):
        reservation = await ledger.reserve([budget(1.0)], 1.0 - spent / 10, seconds=10)
        ledger.settle(reservation, entry(0.1))
        await ledger.flush()
    assert await settled(store) == DOLLAR
    with pytest.raises(BudgetExhausted):
        await ledger.reserve([budget(1.0)], 0.000_000_001, seconds=10)


async def test_callers_at_once_never_reserve_more_than_there_is(ledger: SpendLedger, store: Store):
    async def reserve() -> bool:
        try:
            return await ledger.reserve([budget(1.0)], 0.01, seconds=10) is not None
        except BudgetExhausted:
            return False

    served = await asyncio.gather(*[reserve() for _ in range(300)])
    assert sum(served) == 100
    assert await held(store) == DOLLAR


async def test_a_call_that_one_budget_refuses_takes_nothing_from_the_others(ledger: SpendLedger, store: Store):
    rich, poor = budget(10.0, name="rich"), budget(0.5, name="poor", owner="key:ab")
    with pytest.raises(BudgetExhausted, match="of 'key:ab' does not cover this call") as caught:
        await ledger.reserve([rich, poor], 1.0, seconds=10)
    assert "The budget of $0.50" in caught.value.message
    assert "it may cost $1.00" in caught.value.message
    assert await held(store) == 0
    assert await ledger.reserve([rich], 10.0, seconds=10) is not None


async def test_a_reservation_that_is_released_is_free_again(ledger: SpendLedger):
    for _ in range(3):
        ledger.release(await ledger.reserve([budget(1.0)], 1.0, seconds=10))
        await ledger.flush()
    reservation = await ledger.reserve([budget(1.0)], 1.0, seconds=10)
    ledger.release(reservation)
    ledger.release(reservation)
    ledger.release(None)
    assert ledger.health().open_reservations == 0


async def test_money_that_nobody_asks_for_goes_back(ledger: SpendLedger, store: Store):
    ledger.settle(await ledger.reserve([budget(10.0)], 0.01, seconds=10), entry(0.005))
    await ledger.flush()
    assert await held(store) > 0, "a block is kept for the next calls"
    async with asyncio.timeout(10):
        while await number(store, "SELECT count(*) FROM spend_holds"):  # noqa: ASYNC110 - the database has no events
            await asyncio.sleep(0.05)
    assert await settled(store) == DOLLAR // 200


async def test_closing_gives_back_all_that_no_call_needs(store: Store):
    ledger = SpendLedger(store, SystemClock())
    ledger.settle(await ledger.reserve([budget(10.0)], 0.01, seconds=10), entry(0.01))
    open_call = await ledger.reserve([budget(10.0)], 0.02, seconds=10)
    await ledger.close()
    await ledger.close()
    assert open_call is not None
    assert (await settled(store), await held(store)) == (DOLLAR // 100, DOLLAR // 50)


async def test_several_attempts_are_charged_to_one_reservation(ledger: SpendLedger, store: Store):
    reservation = await ledger.reserve([budget(1.0)], 1.0, seconds=10)
    ledger.settle(reservation, entry(0.2, outcome="interrupted"), keeps_open=True)
    with pytest.raises(BudgetExhausted):
        await ledger.reserve([budget(1.0)], 0.1, seconds=10)
    ledger.settle(reservation, entry(0.3))
    await ledger.flush()
    assert (await settled(store), await held(store)) == (DOLLAR // 2, 0)


async def test_an_unknown_cost_is_charged_as_the_whole_reservation_and_stays_unknown(ledger: SpendLedger, store: Store):
    ledger.settle(await ledger.reserve([budget(1.0)], 0.4, seconds=10), entry(None))
    ledger.settle(await ledger.reserve([budget(1.0)], 0.1, seconds=10), entry(float("nan")))
    await ledger.flush()
    assert await settled(store) == DOLLAR // 2
    assert await number(store, "SELECT count(*) FROM spend_entries WHERE cost_nano_usd IS NULL") == 2
    assert await number(store, "SELECT sum(unknown_costs) FROM spend_days") == 2


async def test_a_cost_beyond_its_reservation_is_charged_in_full(ledger: SpendLedger, store: Store):
    ledger.settle(await ledger.reserve([budget(1.0)], 0.5, seconds=10), entry(3.0))
    await ledger.flush()
    assert await settled(store) == 3 * DOLLAR
    with pytest.raises(BudgetExhausted, match=r"\$3\.00 is spent or reserved"):
        await ledger.reserve([budget(1.0)], 0.1, seconds=10)


async def test_what_is_settled_counts_in_two_ledgers(ledger: SpendLedger, store: Store):
    async with ledger_of(store) as other:
        mine = await ledger.reserve([budget(1.0)], 0.6, seconds=10)
        with pytest.raises(BudgetExhausted):
            await other.reserve([budget(1.0)], 0.6, seconds=10)
        ledger.settle(mine, entry(0.1))
        await ledger.flush()
        theirs = await other.reserve([budget(1.0)], 0.9, seconds=10)
        other.settle(theirs, entry(0.9))
    assert await settled(store) == DOLLAR


async def test_a_raised_budget_serves_at_once_and_a_lowered_one_refuses_at_once(ledger: SpendLedger):
    ledger.settle(await ledger.reserve([budget(1.0)], 0.001, seconds=10), entry(0.001))
    with pytest.raises(BudgetExhausted):
        await ledger.reserve([budget(0.0005)], 0.0001, seconds=10)
    with pytest.raises(BudgetExhausted):
        await ledger.reserve([budget(1.0)], 1.0, seconds=10)
    assert await ledger.reserve([budget(2.0)], 1.5, seconds=10) is not None


async def test_a_name_that_a_database_refuses_does_not_stop_the_ledger(ledger: SpendLedger, store: Store):
    ledger.settle(None, entry(1.0, model="a\0b" + "x" * 1_000, alias="\ud800", groups=frozenset({"é\0"})))
    ledger.settle(None, entry(1.0, input_tokens=10**30, output_tokens=-5, trace_id="t" * 100))
    await ledger.flush()
    assert await number(store, "SELECT count(*) FROM spend_entries") == 2
