"""What is held among machines is had at once where it is free, and let go of however its holder is cancelled."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from plimsoll.errors import Overloaded
from plimsoll.store import Store

from contract.store.databases import BOTH, database, opened, postgres_database

pytestmark = pytest.mark.anyio

TAKING: dict[str, Callable[[Store], AbstractAsyncContextManager[None]]] = {
    "hold": lambda store: store.hold("index", wait_seconds=0, what="building"),
    "claim": lambda store: store.claim("index", what="building"),
}


@pytest.fixture(params=BOTH)
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[tuple[Store, Store]]:
    with database(request.param, tmp_path) as url:
        async with opened(url) as one, opened(url) as other:
            yield one, other


async def test_who_will_not_wait_has_what_is_free_and_is_refused_what_is_held():
    with postgres_database() as url:
        async with opened(url) as one, opened(url) as other:
            async with one.hold("index", wait_seconds=0, what="building"):
                with pytest.raises(Overloaded, match=r"Another machine is building and did not end within 0 s\."):
                    async with other.hold("index", wait_seconds=0, what="building"):
                        pytest.fail("two hold it")
            async with other.hold("index", wait_seconds=0, what="building"):
                pass


@pytest.mark.parametrize("way", TAKING)
async def test_a_holder_cancelled_again_and_again_while_every_thread_is_busy_lets_go(
    stores: tuple[Store, Store], way: str
):
    one, other = stores
    threads = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(threads)
    is_held = asyncio.Event()

    async def hold() -> None:
        async with TAKING[way](one):
            is_held.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await is_held.wait()
    free = threading.Event()
    threads.submit(free.wait)
    for _ in range(3):
        holder.cancel()
        await asyncio.wait([holder], timeout=0.02)
    free.set()
    with pytest.raises(asyncio.CancelledError):
        await holder
    async with TAKING[way](other):
        pass


@pytest.mark.parametrize("way", TAKING)
async def test_who_is_cancelled_while_taking_it_holds_nothing(stores: tuple[Store, Store], way: str):
    one, other = stores

    async def hold() -> None:
        async with TAKING[way](one):
            await asyncio.Event().wait()

    for turns in range(12):
        holder = asyncio.create_task(hold())
        for _ in range(turns):
            await asyncio.sleep(0)
        holder.cancel()
        with pytest.raises(asyncio.CancelledError):
            await holder
        async with TAKING[way](other):
            pass
