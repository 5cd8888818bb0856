"""Two servers on one PostgreSQL and one Redis, 200 callers: no limit and no budget is overshot (pains 9 and 10)."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from plimsoll.access import Allowances
from plimsoll.records import SystemClock
from plimsoll.testing import SaidUsage, Upstream

from contract.gateway.spending import held, number, settled
from contract.store.databases import opened, postgres_database
from flow.gateway.processes import Ended, call, free_port, own_redis, running

pytestmark = [pytest.mark.anyio, pytest.mark.redis, pytest.mark.slow]
CALLERS = 200
SETTINGS = """
[storage]
url = "{database}"

[providers.up]
base_url = "{url}"

[models.fast]
model = "up/test-model"
retries = 0
input_usd_per_million = 0.0
output_usd_per_million = 20_000.0

[models.by_the_minute]
model = "up/by-the-minute"
retries = 0
requests_per_minute = 120

[models.few_at_once]
model = "up/few-at-once"
retries = 0
concurrent = 16

[gateway]
redis_url = "{redis}"
when_redis_is_down = "{when_down}"
"""
SHARED = "redis://127.0.0.1:6379/0"
ALL_THAT_IS_ALLOWED = SaidUsage(input_tokens=11, output_tokens=10)
"""As many tokens as a call asks for at most, so that it costs what was reserved for it."""
COST_USD = 10 * 0.02


@pytest.fixture
def database() -> Iterator[str]:
    with postgres_database() as url:
        yield url


def write_settings(
    folder: Path, upstream: Upstream, *, database: str, redis: str = SHARED, down: str = "fail_closed"
) -> None:
    text = SETTINGS.format(url=upstream.base_url, database=database, redis=redis, when_down=down)
    (folder / "plimsoll.toml").write_text(text, encoding="utf-8")


@asynccontextmanager
async def two_servers(folder: Path) -> AsyncGenerator[tuple[str, str]]:
    async with running(folder, name="first") as first, running(folder, name="second") as second:
        yield first.url, second.url


@asynccontextmanager
async def client() -> AsyncGenerator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        yield http


async def call_twice_each(urls: tuple[str, str], model: str) -> Counter[Ended]:
    """Have 200 callers call each server once, all of them at once."""
    async with client() as http:
        return Counter(await asyncio.gather(*[call(http, url, model=model) for url in urls for _ in range(CALLERS)]))


@pytest.mark.postgres
async def test_a_limit_of_requests_a_minute_holds_for_both_together(tmp_path: Path, database: str):
    with Upstream() as upstream:
        write_settings(tmp_path, upstream, database=database)
        async with two_servers(tmp_path) as urls:
            ended = await call_twice_each(urls, "by_the_minute")
        assert ended == {Ended(200, ""): 120, Ended(429, "limit_reached"): 280}
        assert len(upstream.requests) == 120


@pytest.mark.postgres
async def test_a_limit_of_calls_at_once_holds_for_both_together(tmp_path: Path, database: str):
    with Upstream() as upstream:
        write_settings(tmp_path, upstream, database=database)
        async with two_servers(tmp_path) as urls:
            upstream.hold()
            calling = asyncio.create_task(call_twice_each(urls, "few_at_once"))
            await asyncio.to_thread(upstream.wait_for, waiting=16, seconds=30)
            async with client() as http:
                assert await call(http, urls[1], model="few_at_once") == Ended(429, "limit_reached")
            upstream.release()
            ended = await calling
        assert upstream.most_at_once == 16
        assert set(ended) == {Ended(200, ""), Ended(429, "limit_reached")}
        assert ended[Ended(200, "")] == len(upstream.requests)


@pytest.mark.postgres
async def test_a_budget_is_spent_by_both_together_to_the_cent_and_not_beyond(tmp_path: Path, database: str):
    with Upstream(usage=ALL_THAT_IS_ALLOWED) as upstream:
        write_settings(tmp_path, upstream, database=database)
        async with opened(database) as store:
            await Allowances(store, SystemClock()).set("everyone", budget_usd=100 * COST_USD, period="total")
            async with two_servers(tmp_path) as urls, client() as http:
                ended = await call_twice_each(urls, "fast")
                assert set(ended) == {Ended(200, ""), Ended(429, "budget_exhausted")}

                async def spend_the_rest() -> bool:
                    # What one server set aside and did not need comes back after a second.
                    await asyncio.gather(*[call(http, url) for url in urls])
                    return len(upstream.requests) >= 100

                await comes_true(spend_the_rest)
                refused = [await call(http, url) for url in urls for _ in range(5)]
                assert set(refused) == {Ended(429, "budget_exhausted")}
            assert len(upstream.requests) == 100 == await number(store, "SELECT count(*) FROM spend_entries")
            assert await settled(store) == round(100 * COST_USD * 1e9)
            assert await held(store) == 0


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("down", "meanwhile", "counted"),
    [
        ("fail_closed", Ended(503, "limits_unavailable"), "refused_unchecked"),
        ("fail_open", Ended(200, ""), "unchecked"),
    ],
)
async def test_without_redis_calls_are_refused_or_let_through_as_declared_until_it_is_back(
    tmp_path: Path, database: str, *, down: str, meanwhile: Ended, counted: str
):
    port = free_port()
    with Upstream() as upstream:
        write_settings(tmp_path, upstream, database=database, redis=f"redis://127.0.0.1:{port}/0", down=down)
        async with running(tmp_path) as server, client() as http:

            async def health() -> dict[str, int]:
                async with http.get(f"{server.url}/api/status") as response:
                    return (await response.json())["gateway"]["limits"]

            async def is_checked() -> bool:
                before = (await health())[counted]
                ended = await call(http, server.url, model="by_the_minute")
                return ended == Ended(200, "") and (await health())[counted] == before

            with own_redis(port, tmp_path):
                await comes_true(is_checked)
            before = (await health())[counted]
            ended = [await call(http, server.url, model="by_the_minute") for _ in range(20)]
            assert Counter(ended) == {meanwhile: 20}
            after = await health()
            assert (after[counted] - before, after["failures"] > 0) == (20, True)
            with own_redis(port, tmp_path):
                await comes_true(is_checked)


async def comes_true(is_true: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it is so, for 20 seconds."""
    async with asyncio.timeout(20):
        while not await is_true():
            pass
