"""What is read of the ledger, over SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.spend import Spend, SpendLedger
from plimsoll.records import SystemClock
from plimsoll.store import Store
from plimsoll.testing import FakeClock

from contract.gateway.spending import budget, entry, ledger_of, number

pytestmark = pytest.mark.anyio
MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)
FIRST = MONDAY.date()
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def ledger(store: Store) -> AsyncIterator[SpendLedger]:
    async with ledger_of(store) as ledger:
        ledger.settle(None, entry(0.1, at=MONDAY, groups=frozenset({"sales", "staff"}), input_tokens=10))
        ledger.settle(None, entry(0.2, at=MONDAY, subject="key:cd", groups=frozenset({"staff"}), tenant="shop"))
        ledger.settle(None, entry(0.4, at=TUESDAY, feature="search", model="big", is_estimated=True))
        ledger.settle(None, entry(None, at=TUESDAY, output_tokens=7))
        await ledger.flush()
        yield ledger


@pytest.fixture
def spend(store: Store, ledger: SpendLedger) -> Spend:
    return Spend(store, SystemClock())


async def _costs(spend: Spend, by: str, *, since: date = FIRST, tenant: str | None = None) -> dict[str, float]:
    totals = await spend.totals(since, by=by, tenant=tenant)  # pyright: ignore[reportArgumentType]
    return {total.name: total.cost_usd for total in totals}


async def test_spend_is_added_up_by_what_is_asked_for(spend: Spend):
    assert await _costs(spend, "day") == {"2026-11-16": 0.3, "2026-11-17": 0.4}
    assert await _costs(spend, "key") == {"key:ab": 0.5, "key:cd": 0.2}
    assert await _costs(spend, "tenant") == {"local": 0.5, "shop": 0.2}
    assert await _costs(spend, "feature") == {"search": 0.4, "": 0.3}
    assert await _costs(spend, "model") == {"big": 0.4, "small": 0.3}
    assert await _costs(spend, "day", since=TUESDAY.date()) == {"2026-11-17": 0.4}
    assert await _costs(spend, "key", tenant="shop") == {"key:cd": 0.2}


async def test_a_call_counts_for_each_group_of_its_caller(spend: Spend):
    assert await _costs(spend, "group") == {"": 0.4, "staff": 0.3, "sales": 0.1}


async def test_tokens_unknown_costs_and_estimates_are_counted_apart(spend: Spend):
    total = (await spend.totals(TUESDAY.date(), by="day"))[0]
    assert (total.requests, total.output_tokens, total.unknown_costs, total.estimates) == (2, 7, 1, 1)


async def test_another_way_of_adding_up_is_answered_with_those_there_are(spend: Spend):
    with pytest.raises(InvalidRequest, match="did you mean 'group'"):
        await _costs(spend, "groups")


async def test_a_budget_stands_at_what_is_settled_and_held(store: Store, ledger: SpendLedger):
    daily = budget(2.0, period="day")
    ledger.settle(await ledger.reserve([daily], 0.5, seconds=10), entry(0.25))
    open_call = await ledger.reserve([daily], 1.0, seconds=10)
    await ledger.flush()
    now = SystemClock().now()
    standing = (await Spend(store, SystemClock()).standings([daily]))[0]
    assert open_call is not None
    assert (standing.settled_usd, standing.settled_usd + standing.held_usd + standing.left_usd) == (0.25, 2.0)
    assert standing.held_usd >= 1.0
    assert standing.renews_at is not None
    assert timedelta() < standing.renews_at - now <= timedelta(days=1)


async def test_a_daily_budget_renews_at_midnight(store: Store):
    clock = FakeClock(datetime(2026, 11, 16, 23, 59, 50, tzinfo=UTC))
    ledger = SpendLedger(store, clock)
    daily = budget(1.0, period="day")
    ledger.settle(await ledger.reserve([daily], 1.0, seconds=5), entry(1.0))
    await ledger.flush()
    clock.advance(10)
    ledger.settle(await ledger.reserve([daily], 1.0, seconds=5), entry(0.5))
    await ledger.close()
    assert await number(store, "SELECT count(*) FROM spend_accounts") == 2
    standing = (await Spend(store, clock).standings([daily]))[0]
    assert (standing.settled_usd, standing.renews_at) == (0.5, datetime(2026, 11, 18, tzinfo=UTC))


async def test_old_entries_go_and_totals_stay(spend: Spend, store: Store):
    assert await spend.prune(TUESDAY) == 2
    assert await number(store, "SELECT count(*) FROM spend_entries") == 2
    assert await _costs(spend, "day") == {"2026-11-16": 0.3, "2026-11-17": 0.4}


async def test_an_erased_person_is_in_no_row_and_their_money_stays(spend: Spend, store: Store):
    assert await spend.erase("key:ab") == 3
    assert await spend.erase("key:ab") == 0
    for table in ("spend_entries", "spend_days"):
        rows = await store.read(lambda c, table=table: c.exec_driver_sql(f"SELECT * FROM {table}").all())
        assert "key:ab" not in str(rows)
        assert "sales" not in str(rows)
    assert await _costs(spend, "key") == {"erased": 0.5, "key:cd": 0.2}
