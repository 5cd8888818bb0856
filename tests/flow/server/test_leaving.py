"""Callers who leave, and a server that stops, while a provider has not answered yet (FIELD, pain 8)."""

import asyncio
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from plimsoll.server import Limits
from plimsoll.testing import Fault, FaultKind, Upstream

from contract.gateway.fronted import fronted
from contract.server.serving import SOON, Served

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
ASKED = {"model": "fast", "messages": [{"role": "user", "content": "ping"}]}


async def test_a_caller_who_leaves_ends_the_call_at_the_provider(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            assert (await server.post(CHAT, json=ASKED)).status == 200  # the first call starts the ledger's writer
            tasks = len(asyncio.all_tasks())
            upstream.inject(FaultKind.HANG)
            asking = asyncio.ensure_future(server.post(CHAT, json=ASKED))
            await asyncio.to_thread(upstream.wait_for, requests=2)
            asking.cancel()
            await asyncio.to_thread(upstream.wait_for, abandoned=1)
            assert (await server.post(CHAT, json=ASKED)).status == 200
            await until_tasks_are(tasks)
        assert upstream.abandoned == 1


def kinds_of_tasks() -> Counter[str]:
    """Count the tasks of this loop by what they run: one that ended hides none of another kind that stayed."""
    return Counter(str(getattr(task.get_coro(), "__qualname__", "")) for task in asyncio.all_tasks())


async def test_calls_leave_no_task_behind(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            await server.post(CHAT, json=ASKED)
            before = kinds_of_tasks()
            for _ in range(20):
                await server.post(CHAT, json=ASKED)
            assert kinds_of_tasks() - before == Counter(), "of no kind are there more than before"


async def test_a_server_that_stops_finishes_the_calls_in_flight(tmp_path: Path):
    with Upstream("one two three") as upstream:
        upstream.hold()
        async with fronted(tmp_path, upstream) as server:
            asked = [ASKED, ASKED | {"stream": True}]
            asking = [asyncio.ensure_future(server.post(CHAT, json=one)) for one in asked]
            await asyncio.to_thread(upstream.wait_for, requests=2)
            server.serving.cancel()
            with pytest.raises(aiohttp.ClientConnectorError):
                await until_refused(server)
            upstream.release()
            whole, stream = await asyncio.gather(*asking)
    assert whole.json()["choices"][0]["message"]["content"] == "one two three"
    assert stream.text.endswith("data: [DONE]\n\n")


async def test_a_stream_that_outlasts_a_stopping_server_ends_in_an_error(tmp_path: Path):
    with Upstream("one two three") as upstream:
        upstream.inject(Fault(kind=FaultKind.STALL, after=2))
        async with fronted(tmp_path, upstream, limits=Limits(shutdown_seconds=1)) as server:
            asking = asyncio.ensure_future(server.post(CHAT, json=ASKED | {"stream": True}))
            await asyncio.to_thread(upstream.wait_for, requests=1)
            server.serving.cancel()
            reply = await asking
            await asyncio.to_thread(upstream.wait_for, abandoned=1)
    *_, last = [event for event in reply.text.split("\n\n") if event]
    assert reply.status == 200
    assert '"code":"deadline_passed"' in last


async def test_a_stopping_server_waits_no_longer_than_it_says(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject(FaultKind.HANG)
        async with fronted(tmp_path, upstream, limits=Limits(shutdown_seconds=1)) as server:
            asking = asyncio.ensure_future(server.post(CHAT, json=ASKED))
            await asyncio.to_thread(upstream.wait_for, requests=1)
            server.serving.cancel()
            with pytest.raises(aiohttp.ClientConnectorError):
                await until_refused(server)
            reply = await asking
            await asyncio.to_thread(upstream.wait_for, abandoned=1)
    assert (reply.status, reply.json()["error"]["code"]) == (504, "deadline_passed")
    assert "stopping" in reply.json()["error"]["message"]


async def until_tasks_are(most: int) -> None:
    async with asyncio.timeout(SOON):
        while len(asyncio.all_tasks()) > most:  # noqa: ASYNC110 - nothing signals that a task has gone
            await asyncio.sleep(0.01)


async def until_refused(server: Served) -> None:
    async with asyncio.timeout(SOON):
        while True:
            await server.get("/health/live", headers={"connection": "close"})
