"""A cache server that is down, hangs or breaks off costs a miss: no error, and next to no time."""

import asyncio
import socket
import time

import pytest

from plimsoll.gateway.cache.shared import RedisCache
from plimsoll.records import Secret
from plimsoll.testing import FakeClock

pytestmark = pytest.mark.anyio


async def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        cache = RedisCache(Secret(f"redis://127.0.0.1:{unused.getsockname()[1]}"), FakeClock())
        await cache.put("key", b"value", seconds=60)
        assert await cache.get("key") is None
    assert (cache.counts().misses, cache.counts().failures) == (1, 2)
    await cache.close()


async def test_a_server_that_hangs_is_asked_once_a_second_and_waited_for_briefly():
    asked = 0

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    clock = FakeClock()
    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    cache = RedisCache(Secret(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"), clock, deadline_seconds=0.05)
    started = time.monotonic()
    assert [await cache.get("key") for _ in range(100)] == [None] * 100
    assert (asked, cache.counts().failures) == (1, 100)
    assert time.monotonic() - started < 2
    clock.advance(1.0)
    assert await cache.get("key") is None
    assert asked == 2
    await cache.close()
    server.close()


async def test_a_server_that_breaks_off_is_a_miss():
    async def break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"$100\r\nhalf")
        writer.close()

    server = await asyncio.start_server(break_off, "127.0.0.1", 0)
    cache = RedisCache(Secret(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"), FakeClock())
    assert await cache.get("key") is None
    assert cache.counts().failures == 1
    await cache.close()
    server.close()
