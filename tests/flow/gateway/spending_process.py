"""A process that spends one budget with many callers at once: `spending_process.py URL CALLERS BUDGET_USD COST_USD`.

It prints `r` for each reservation it holds and `s TRACE` for each call whose settlement is in the database, and at the
end, when every caller was refused, `done`.
"""

import asyncio
import sys

from plimsoll.errors import BudgetExhausted
from plimsoll.gateway.spend import SpendEntry, SpendLedger
from plimsoll.records import Allowance, SystemClock, new_id
from plimsoll.store import Store


async def main(url: str, *, callers: int, budget_usd: float, cost_usd: float) -> None:
    clock = SystemClock()
    store = await Store.open(url, schema="state", clock=clock)
    ledger = SpendLedger(store, clock)
    allowance = Allowance(allowance_id="shared", applies_to="everyone", budget_usd=budget_usd, period="total")

    async def call_until_refused() -> None:
        while True:
            try:
                reservation = await ledger.reserve([allowance], cost_usd, seconds=2)
            except BudgetExhausted:
                return
            sys.stdout.write("r\n")
            trace_id = new_id(clock)
            entry = SpendEntry(
                at=clock.now(), subject="key:ab", alias="fast", provider="p", model="m", cost_usd=cost_usd,
                trace_id=trace_id,
            )  # fmt: skip
            ledger.settle(reservation, entry)
            await ledger.flush()
            sys.stdout.write(f"s {trace_id}\n")
            sys.stdout.flush()

    await asyncio.gather(*[call_until_refused() for _ in range(callers)])
    await ledger.close()
    await store.close()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    address, count, budget, cost = sys.argv[1:]
    asyncio.run(main(address, callers=int(count), budget_usd=float(budget), cost_usd=float(cost)))
