"""Parts for tests of the ledger: allowances, entries and what the database has."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

from plimsoll.gateway.spend import SpendEntry, SpendLedger
from plimsoll.records import Allowance, Period, SystemClock
from plimsoll.store import Store

TABLES = ("spend_entries", "spend_days", "spend_accounts", "spend_holds")


def budget(usd: float, *, name: str = "a", owner: str = "group:sales", period: Period = "total") -> Allowance:
    return Allowance(allowance_id=name, applies_to=owner, budget_usd=usd, period=period)


def entry(cost_usd: float | None = None, **changes: object) -> SpendEntry:
    fields = {"at": SystemClock().now(), "subject": "key:ab", "alias": "fast", "provider": "openai", "model": "small"}
    return SpendEntry(**(fields | changes), cost_usd=cost_usd)  # pyright: ignore[reportArgumentType]


async def empty(store: Store) -> None:
    for table in TABLES:
        await store.write(lambda c, table=table: c.exec_driver_sql(f"DELETE FROM {table}"))


@asynccontextmanager
async def ledger_of(store: Store) -> AsyncGenerator[SpendLedger]:
    ledger = SpendLedger(store, SystemClock())
    try:
        yield ledger
    finally:
        await ledger.close()


async def number(store: Store, query: str) -> int:
    """Return the number that a query yields, 0 for none."""
    found = await store.read(lambda c: c.exec_driver_sql(query).scalar())
    return int(found or 0)


async def settled(store: Store) -> int:
    return await number(store, "SELECT sum(settled_nano_usd) FROM spend_accounts")


async def held(store: Store) -> int:
    return await number(store, "SELECT sum(amount_nano_usd) FROM spend_holds")


class Books(NamedTuple):
    """What one snapshot says; a transaction that was being committed at the kill may still arrive."""

    entries: int
    settled: int
    days: int
    held: int


async def read_books(store: Store) -> Books:
    figures = (
        "count(*) FROM spend_entries",
        "sum(settled_nano_usd) FROM spend_accounts",
        "sum(cost_nano_usd) FROM spend_days",
        "coalesce(sum(amount_nano_usd), 0) FROM spend_holds",
    )
    sums = await store.read(lambda c: [int(c.exec_driver_sql(f"SELECT {each}").scalar_one()) for each in figures])
    return Books(*sums)
