"""`kill -9` under load: what was settled stays, what was reserved stays charged, at most a moment of traces is missing.

A call is settled when its row is committed: at most 20 ms after its answer begins the transaction that writes it. A
trace waits up to 100 ms (the flush window) for the batch that writes it.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from plimsoll.access import Allowances
from plimsoll.records import SystemClock
from plimsoll.store import Schema, Store
from plimsoll.testing import Upstream

from contract.gateway.spending import read_books
from contract.store.databases import BOTH, opened, postgres_database
from flow.gateway.processes import CHAT, running

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
SETTINGS = """
[storage]
url = "{database}"

[providers.up]
base_url = "{url}"

[models.fast]
model = "up/test-model"
input_usd_per_million = 1_000.0
output_usd_per_million = 2_000.0
"""
COST_NANO_USD = 11 * 1_000_000 + 7 * 2_000_000
CALLERS = 20
LINGER_SECONDS, FLUSH_SECONDS = 0.020, 0.100
COMMIT_SECONDS = 1.0
"""The longest that a transaction is given on a machine under load."""
ASKED = {"model": "fast", "messages": [{"role": "user", "content": "ping"}], "max_tokens": 10}


class Answered(NamedTuple):
    """A call that was answered."""

    trace_id: str
    at: float
    """When, in seconds of the event loop's clock."""


@pytest.fixture(params=BOTH)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield what the settings say of the database, and where state and traces are then."""
    if request.param == "sqlite":
        folder = tmp_path / ".plimsoll"
        yield "", f"sqlite:///{folder}/state.db", f"sqlite:///{folder}/traces.db"
        return
    with postgres_database() as url:
        yield url, url, url


async def call_until_broken(http: aiohttp.ClientSession, url: str, answered: list[Answered]) -> None:
    """Call one after the other until the server is gone."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            async with http.post(url + CHAT, json=ASKED) as response:
                await response.read()
                assert response.status == 200
                answered.append(Answered(response.headers["x-plimsoll-trace-id"], loop.time()))
        except (aiohttp.ClientError, ConnectionError):
            return


async def read_traces(store: Store, table: str) -> set[str]:
    found = await store.read(lambda c: c.exec_driver_sql(f"SELECT trace_id FROM {table}").scalars().all())
    return set(found)


async def read_from(url: str, schema: Schema, table: str) -> set[str]:
    async with opened(url, schema) as store:
        return await read_traces(store, table)


async def test_a_killed_server_loses_nothing_settled_and_at_most_the_flush_window_of_traces(
    tmp_path: Path, urls: tuple[str, str, str]
):
    named, state_url, traces_url = urls
    answered: list[Answered] = []
    loop = asyncio.get_running_loop()
    with Upstream() as upstream:
        (tmp_path / "plimsoll.toml").write_text(SETTINGS.format(database=named, url=upstream.base_url))
        (tmp_path / ".plimsoll").mkdir()
        async with opened(state_url) as store:
            await Allowances(store, SystemClock()).set("everyone", budget_usd=1_000.0, period="total")
        async with opened(state_url) as store, running(tmp_path) as server, aiohttp.ClientSession() as http:
            calling = [asyncio.create_task(call_until_broken(http, server.url, answered)) for _ in range(CALLERS)]
            await asyncio.to_thread(upstream.wait_for, requests=3_000, seconds=30)
            committed_before = await read_traces(store, "spend_entries")
            killed_at = loop.time()
            server.process.kill()
            await asyncio.gather(*calling)
            entries = await read_traces(store, "spend_entries")

            due = {each.trace_id for each in answered if each.at < killed_at - LINGER_SECONDS - COMMIT_SECONDS}
            assert committed_before <= entries
            assert due <= entries
            assert len(due) > CALLERS
            books = await read_books(store)
            assert books.entries >= len(entries)
            assert books.settled == books.entries * COST_NANO_USD == books.days
            assert books.settled + books.held >= len(upstream.requests) * COST_NANO_USD
    seen = await read_from(traces_url, "traces", "spans")
    must_be_seen = {each.trace_id for each in answered if each.at < killed_at - FLUSH_SECONDS - COMMIT_SECONDS}
    assert must_be_seen <= seen
