"""What limits and budgets cost a call, in CPU time: `python benchmarks/accounts.py [--quick] [--json]`.

Redis is measured where it answers on 127.0.0.1:6379.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from plimsoll.access import Allowances
from plimsoll.gateway import Asked, Limiter, LocalLimits, RedisLimits, SpendEntry, SpendLedger
from plimsoll.records import Allowance, Principal, Secret, SystemClock, new_span_id
from plimsoll.store import Store

CLOCK = SystemClock()
REDIS = Secret("redis://127.0.0.1:6379/0")
LIMITED = Allowance(
    allowance_id="a", applies_to="everyone", requests_per_minute=10**9, tokens_per_minute=10**9, concurrent=10**6
)
BUDGET = Allowance(allowance_id=new_span_id(), applies_to="everyone", budget_usd=1e8, period="day")
CALLER = Principal(id="key:ab", groups=frozenset({"sales"}))


async def measure(step: Callable[[], Awaitable[object]], *, times: int) -> float:
    """Return the CPU time of a step in microseconds: the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(times):
            await step()
        best = min(best, (time.process_time() - started) / times * 1e6)
    return round(best, 2)


async def measure_limiter(limiter: Limiter, *, times: int) -> float:
    """Return what admitting and leaving cost together, with three limits in one allowance."""
    asked = Asked(allowances=(LIMITED,), tokens=500)

    async def call() -> None:
        await limiter.leave(await limiter.admit(asked), tokens=300)

    try:
        return await measure(call, times=times)
    finally:
        await limiter.close()


async def measure_lookup(store: Store, *, times: int) -> tuple[float, float]:
    """Return what finding a call's allowances costs: where there are none, and two of a hundred."""
    allowances = Allowances(store, CLOCK)

    async def look() -> None:
        allowances.applying_to(CALLER, feature="search", alias="fast")

    none = await measure(look, times=times)
    for number in range(98):
        await allowances.set(f"key:{number}", concurrent=1)
    await allowances.set("everyone", concurrent=1)
    await allowances.set("group:sales", concurrent=1)
    return none, await measure(look, times=times)


async def measure_ledger(store: Store, *, calls: int) -> dict[str, float]:
    """Return what reserving out of a block, settling, and all of it at 1,000 calls a second cost a call."""
    ledger = SpendLedger(store, CLOCK)
    entry = SpendEntry(at=CLOCK.now(), subject="key:ab", alias="fast", provider="p", model="m", cost_usd=0.001)
    ledger.release(await ledger.reserve([BUDGET], 100_000.0, seconds=10))
    started = time.process_time()
    reserved = [await ledger.reserve([BUDGET], 0.001, seconds=10) for _ in range(2_000)]
    reserving = time.process_time()
    for reservation in reserved:
        ledger.settle(reservation, entry)
    settling = time.process_time()
    await ledger.flush()
    alone, together = await spend_steadily(None, entry, calls), await spend_steadily(ledger, entry, calls)
    await ledger.close()
    return {
        "reserve_us": round((reserving - started) / 2_000 * 1e6, 2),
        "settle_us": round((settling - reserving) / 2_000 * 1e6, 2),
        "all_with_commits_at_1000_a_second_us": round(together - alone, 1),
    }


async def spend_steadily(ledger: SpendLedger | None, entry: SpendEntry, calls: int) -> float:
    """Spend 1,000 times a second, ten at a time, and return the CPU time of one in microseconds."""
    began, started = time.perf_counter(), time.process_time()
    for number in range(0, calls, 10):
        if ledger is not None:
            for _ in range(10):
                ledger.settle(await ledger.reserve([BUDGET], 0.001, seconds=10), entry)
        await asyncio.sleep(max(0.0, began + number / 1_000 - time.perf_counter()))
    if ledger is not None:
        await ledger.flush()
    return (time.process_time() - started) / calls * 1e6


async def run(folder: Path, *, quick: bool) -> dict[str, object]:
    """Measure everything and return the figures, in microseconds."""
    times = 500 if quick else 5_000
    figures: dict[str, object] = {"local_admit_and_leave_us": await measure_limiter(LocalLimits(CLOCK), times=times)}
    redis = RedisLimits(REDIS, CLOCK, prefix=f"bench-{new_span_id()}", when_down="fail_open")
    in_redis = await measure_limiter(redis, times=times // 5)
    figures["redis_admit_and_leave_us"] = None if redis.health().failures else in_redis
    store = await Store.open(f"sqlite:///{folder}/state.db", schema="state", clock=CLOCK)
    figures["applying_to_none_us"], figures["applying_to_two_of_100_us"] = await measure_lookup(store, times=times)
    figures |= await measure_ledger(store, calls=1_000 if quick else 5_000)
    await store.close()
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = uvloop.run(run(Path(folder), quick=options.quick))
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for name, value in figures.items():
        print(f"{name:45} {'not measured' if value is None else value}")


if __name__ == "__main__":
    main()
