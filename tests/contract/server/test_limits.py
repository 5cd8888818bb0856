import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plimsoll.server import Limits

from contract.server.serving import SOON, Served, served

pytestmark = pytest.mark.anyio


class Work:
    """A handler that begins, waits until it is let go, and says how it ended."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def __call__(self, request: Request) -> Response:
        self.began.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return Response(str(len(await request.body())))

    def route(self) -> Route:
        async def work(request: Request) -> Response:
            return await self(request)

        return Route("/api/work", work, methods=["GET", "POST"])


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 1_000


async def test_a_body_that_says_it_is_too_large_is_refused(tmp_path: Path):
    async with served(tmp_path, [Work().route()], limits=Limits(body_bytes=1_000)) as server:
        response = await server.post("/api/work", data=b"x" * 1_001)
        body = response.json()
    assert (response.status, body["error"]["code"]) == (413, "too_large")


async def test_a_body_that_grows_too_large_is_refused(tmp_path: Path):
    async with served(tmp_path, [Work().route()], limits=Limits(body_bytes=1_000)) as server:
        response = await server.post("/api/work", data=chunks(3))
    assert response.status == 413


async def test_one_request_too_many_is_told_to_come_back(tmp_path: Path):
    work = Work()
    async with served(tmp_path, [work.route()], limits=Limits(concurrent_requests=1)) as server:
        first = asyncio.ensure_future(server.get("/api/work"))
        await asyncio.wait_for(work.began.wait(), SOON)
        second = await server.get("/api/work")
        live = await server.get("/health/live")
        work.may_end.set()
        assert (second.status, second.headers["retry-after"], live.status) == (429, "1", 200)
        assert (await first).status == 200
        assert (await server.get("/api/work")).status == 200


async def test_a_request_past_its_deadline_is_cancelled(tmp_path: Path):
    work = Work()
    async with served(tmp_path, [work.route()], limits=Limits(request_seconds=0.05)) as server:
        response = await server.get("/api/work")
        body = response.json()
        await asyncio.wait_for(work.cancelled.wait(), SOON)
    assert (response.status, body["error"]["code"]) == (504, "deadline_passed")


async def test_a_caller_who_goes_cancels_the_work(tmp_path: Path):
    work = Work()
    async with served(tmp_path, [work.route()]) as server:
        asking = asyncio.ensure_future(server.post("/api/work", data=b"question"))
        await asyncio.wait_for(work.began.wait(), SOON)
        asking.cancel()
        await asyncio.wait_for(work.cancelled.wait(), SOON)
    assert work.cancelled.is_set()


async def test_a_server_that_stops_finishes_what_is_in_flight(tmp_path: Path):
    work = Work()
    async with served(tmp_path, [work.route()]) as server:
        asking = asyncio.ensure_future(server.get("/api/work"))
        await asyncio.wait_for(work.began.wait(), SOON)
        server.serving.cancel()
        with pytest.raises(aiohttp.ClientConnectorError):
            await until_refused(server)
        work.may_end.set()
        assert (await asking).status == 200


async def test_a_server_that_stops_waits_no_longer_than_it_says(tmp_path: Path):
    work = Work()
    async with served(tmp_path, [work.route()], limits=Limits(shutdown_seconds=1)) as server:
        asking = asyncio.ensure_future(server.get("/api/work"))
        await asyncio.wait_for(work.began.wait(), SOON)
        server.serving.cancel()
        await asyncio.wait_for(work.cancelled.wait(), SOON)
        reply = await asking
    assert (reply.status, reply.json()["error"]["code"]) == (504, "deadline_passed")


async def until_refused(server: Served) -> None:
    async with asyncio.timeout(SOON):
        while True:
            await server.get("/health/live", headers={"connection": "close"})
