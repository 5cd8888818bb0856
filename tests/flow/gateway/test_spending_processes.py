"""Budgets over several processes: never overshot, and never charged too little when one of them is killed."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.gateway.spending import held, number, read_books, settled
from contract.store.databases import BOTH, database, opened, postgres_database

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
SCRIPT = Path(__file__).parent / "spending_process.py"
CENT = 10_000_000


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as address:
        yield address


def _start(url: str, *, callers: int, budget_usd: float, cost_usd: float) -> "subprocess.Popen[str]":
    numbers = [str(number) for number in (callers, budget_usd, cost_usd)]
    command = [sys.executable, "-W", "error", str(SCRIPT), url, *numbers]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.postgres
async def test_two_processes_with_200_callers_spend_a_budget_to_the_cent_and_not_beyond():
    with postgres_database() as url:
        async with opened(url) as store:
            processes = [_start(url, callers=200, budget_usd=12.0, cost_usd=0.01) for _ in range(2)]
            outputs = [(await asyncio.to_thread(process.communicate, timeout=60))[0] for process in processes]
            assert [output.endswith("done\n") for output in outputs] == [True, True]
            assert sum(output.count("r\n") for output in outputs) == 1_200
            assert await settled(store) == 1_200 * CENT
            assert await held(store) == 0
            assert await number(store, "SELECT count(*) FROM spend_entries") == 1_200


@pytest.mark.parametrize("calls", [1, 40, 333])
async def test_a_process_that_is_killed_loses_nothing_settled_and_leaves_what_it_reserved_charged(url: str, calls: int):
    async with opened(url) as store:
        process = _start(url, callers=50, budget_usd=1_000.0, cost_usd=0.01)
        assert process.stdout is not None
        lines: list[str] = []
        while sum(line.startswith("s") for line in lines) < calls:
            lines.append(await asyncio.to_thread(process.stdout.readline))
        process.kill()
        lines += (await asyncio.to_thread(process.communicate, timeout=10))[0].splitlines(keepends=True)
        traces = [line.split()[1] for line in lines if line.startswith("s ") and line.endswith("\n")]
        kept = await store.read(lambda c: c.exec_driver_sql("SELECT trace_id FROM spend_entries").scalars().all())
        assert set(traces) <= set(kept)
        assert len(kept) == len(set(kept))
        books = await read_books(store)
        assert books.entries >= len(kept)
        assert books.settled == books.entries * CENT == books.days
        assert books.settled + books.held >= lines.count("r\n") * CENT
