"""A request's head is bounded in size and in time before anything is known of its caller."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from plimsoll.server.running.protocol import MOST_HEAD_BYTES, Http

pytestmark = pytest.mark.anyio
REQUEST = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 4\r\n"


class Hasty(Http):
    head_seconds = 0.05


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    message = await receive()
    body = b"%d headers, %s" % (len(scope["headers"]), message["body"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def connected(http: type[Http] = Http) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(echo, http=http, ws="none", lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    state = ServerState()
    server = await loop.create_server(
        lambda: http(config=config, server_state=state, app_state={}), host="127.0.0.1", port=0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        async with asyncio.timeout(10):
            yield reader, writer
    finally:
        writer.close()
        server.close()


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head.partition(b"\r\n")[0], await reader.readexactly(length)


async def test_requests_on_one_connection_are_answered_one_after_the_other():
    async with connected() as (reader, writer):
        for _ in range(2):
            writer.write(REQUEST + b"x-more: 1\r\n\r\nping")
            assert await answer(reader) == (b"HTTP/1.1 200 OK", b"3 headers, ping")


async def test_a_head_in_small_pieces_is_read():
    async with connected() as (reader, writer):
        for byte in REQUEST + b"\r\nping":
            writer.write(bytes([byte]))
            await writer.drain()
        assert (await answer(reader))[1] == b"2 headers, ping"


async def test_a_body_may_be_larger_than_a_head():
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 200000\r\n\r\n" + b"x" * 200_000)
        assert (await answer(reader))[0] == b"HTTP/1.1 200 OK"


async def test_a_header_without_end_is_refused_and_the_connection_closed():
    async with connected() as (reader, writer):
        writer.write(REQUEST + b"x-long: " + b"x" * MOST_HEAD_BYTES)
        assert (await reader.read()).startswith(b"HTTP/1.1 431 ")


async def test_a_head_that_does_not_come_is_given_up():
    async with connected(Hasty) as (reader, writer):
        writer.write(REQUEST)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_head_that_came_in_time_leaves_the_connection_its_own_time():
    async with connected(Hasty) as (reader, writer):
        writer.write(REQUEST)
        await writer.drain()
        await asyncio.sleep(0)
        writer.write(b"\r\nping")
        assert (await answer(reader))[0] == b"HTTP/1.1 200 OK"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2 * Hasty.head_seconds):
                await reader.read()
        writer.write(REQUEST + b"\r\npong")
        assert (await answer(reader))[1] == b"2 headers, pong"
