"""Pages of spend stay fast over a million entries, since they read totals."""

import time
from collections.abc import Iterator

import pytest

from plimsoll.gateway.spend import Spend
from plimsoll.records import SystemClock
from plimsoll.store import Store

from contract.gateway.spending import budget, entry, ledger_of, number
from contract.store.databases import BOTH, database, opened

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
ENTRIES = 1_000_000
NUMBERS = {
    "sqlite": f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ENTRIES}) SELECT n FROM s)",
    "postgresql": f"(SELECT n FROM generate_series(1, {ENTRIES}) AS s(n))",
}
TOKENS = "5, 5, 0, 0, 0"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with database(request.param, tmp_path_factory.mktemp("store")) as address:
        yield address


async def _fill(store: Store) -> None:
    """Write a million entries of 200 keys in 30 days, and their totals."""
    numbers = NUMBERS[store.dialect]
    micros = int(SystemClock().now().timestamp()) * 1_000_000
    names = "'local', 'key:' || (n - n / 200 * 200), '[]', '', 'fast', 'p', 'm'"
    identity = "substr('00000000000000000000000000000000' || n, -32)"
    if store.dialect == "postgresql":
        identity = "lpad(n::text, 32, '0')"
    false = "0" if store.dialect == "sqlite" else "false"
    entries = f"""INSERT INTO spend_entries
        SELECT {identity}, {micros} - n, {names}, {TOKENS}, 1000, {false}, NULL, 'ok' FROM {numbers} AS numbers"""
    await store.write(lambda c: c.exec_driver_sql(entries), timeout_seconds=120)
    today = SystemClock().now().date().isoformat()
    sums = "166, 830, 830, 0, 0, 0, 166000, 0, 0"
    days = f"""INSERT INTO spend_days
        SELECT {identity}, '{today}', {names} || (n / 200), {sums} FROM {numbers} AS numbers WHERE n <= 6000"""
    await store.write(lambda c: c.exec_driver_sql(days), timeout_seconds=120)


async def test_totals_and_budgets_of_a_million_entries_are_read_in_20_ms(url: str):
    async with opened(url, timeout_seconds=120) as store, ledger_of(store) as ledger:
        await _fill(store)
        assert await number(store, "SELECT count(*) FROM spend_entries") == ENTRIES
        ledger.settle(await ledger.reserve([budget(1.0)], 0.5, seconds=10), entry(0.5))
        await ledger.flush()
        spend = Spend(store, SystemClock())
        totals = await spend.totals(SystemClock().now().date(), by="key")
        standing = (await spend.standings([budget(1.0)]))[0]
        assert (len(totals), standing.settled_usd) == (201, 0.5)
        assert min([await _seconds_to_read(spend) for _ in range(10)]) < 0.02


async def _seconds_to_read(spend: Spend) -> float:
    before = time.perf_counter()
    await spend.totals(SystemClock().now().date(), by="key")
    await spend.standings([budget(1.0)])
    return time.perf_counter() - before
