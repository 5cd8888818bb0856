"""Server-sent events: what is new is told, to whom may read it, for a bounded time and number of pages."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from plimsoll.project import WorkBoard
from plimsoll.records import SystemClock
from plimsoll.server import Limits, Pace

from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
QUICK = Pace(look_seconds=0.05, figures_seconds=0.05, beat_seconds=0.2)
SOON = 20.0
Event = tuple[str, dict[str, object]]


@asynccontextmanager
async def listening(server: Served, query: str = "", **headers: str) -> AsyncGenerator[AsyncGenerator[Event]]:
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}/api/live{query}", headers=headers) as reply:
        assert (reply.status, reply.content_type) == (200, "text/event-stream")
        yield read_events(reply)


async def read_events(reply: aiohttp.ClientResponse) -> AsyncGenerator[Event]:
    name = ""
    async for line in reply.content:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))
        elif text.startswith(":"):
            yield "beat", {}


async def is_told(events: AsyncGenerator[Event], wanted: Event) -> bool:
    async with asyncio.timeout(SOON):
        async for event in events:
            if event == wanted:
                return True
    return False


async def test_new_traces_are_counted_from_the_moment_that_the_page_names(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server:
        await server.project.ask("Before the page was made?")
        await server.project.traces.list()
        since = datetime.now(UTC).isoformat().replace("+", "%2B")
        async with listening(server, f"?since={since}") as events:
            assert await is_told(events, ("traces", {"new": 0}))
            await server.project.ask("After?")
            assert await is_told(events, ("traces", {"new": 1}))


async def test_progress_of_any_process_is_told_until_the_work_ends(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server:
        elsewhere = WorkBoard(server.project.folder / ".plimsoll/work", SystemClock())
        async with listening(server) as events:
            with elsewhere.under_way("evaluation", "docs_answer") as told:
                told.tell(done=61, total=61)
                done = {"kind": "evaluation", "name": "docs_answer", "done": 61, "total": 61, "note": ""}
                assert await is_told(events, ("work", {"work": [done]}))
            assert await is_told(events, ("work", {"work": []}))


async def test_a_page_with_figures_is_told_when_they_change_and_no_other_is(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server, listening(server, "?figures=yes") as events:
        first = await next_sign(events)
        await server.project.ask("Does this change a figure?")
        await server.project.traces.list()
        assert await next_sign(events) != first
        async with listening(server) as others:
            assert "figures" not in [name async for name, _ in until_beats(others)]


async def next_sign(events: AsyncGenerator[Event]) -> object:
    async with asyncio.timeout(SOON):
        async for name, content in events:
            if name == "figures":
                return content["sign"]
    return None


async def test_figures_are_looked_at_no_more_often_than_they_may_be_redrawn(tmp_path: Path):
    pace = Pace(look_seconds=0.05, figures_seconds=600.0, beat_seconds=0.2)
    async with served(tmp_path, pace=pace) as server, listening(server, "?figures=yes") as events:
        assert await next_sign(events)
        await server.project.ask("Too early?")
        await server.project.traces.list()
        assert await is_told(events, ("traces", {"new": 1}))
        assert "figures" not in [name async for name, _ in until_beats(events)]


async def test_a_stream_that_has_nothing_to_say_beats(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server, listening(server) as events:
        assert await is_told(events, ("beat", {}))


async def test_a_stream_lives_for_a_bounded_time(tmp_path: Path):
    async with (
        served(tmp_path, pace=Pace(look_seconds=0.05, life_seconds=0.2)) as server,
        listening(server) as events,
        asyncio.timeout(SOON),
    ):
        assert [name async for name, _ in events] == ["traces", "work"]


async def test_more_streams_than_allowed_are_refused_and_one_that_ends_makes_room(tmp_path: Path):
    async with served(tmp_path, pace=Pace(look_seconds=0.05, most_streams=1)) as server:
        async with listening(server) as events:
            assert await is_told(events, ("traces", {"new": 0}))
            refused = await server.get("/api/live")
        assert (refused.status, refused.json()["error"]["code"]) == (429, "overloaded")
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline:
            try:
                async with listening(server) as events:
                    assert await is_told(events, ("traces", {"new": 0}))
                    return
            except AssertionError:
                await asyncio.sleep(0)
        raise AssertionError("no room")


async def test_streams_take_no_place_of_requests_and_have_no_deadline(tmp_path: Path):
    limits = Limits(concurrent_requests=1, request_seconds=0.5)
    async with served(tmp_path, limits=limits, pace=QUICK) as server, listening(server) as events:
        began = time.monotonic()
        async with asyncio.timeout(SOON):
            async for _ in events:
                assert (await server.get("/api/allowances")).status == 200
                if time.monotonic() - began > 1.0:
                    break


async def test_a_server_that_stops_ends_its_streams_at_once(tmp_path: Path):
    async with served(tmp_path) as server, listening(server) as events:
        assert await is_told(events, ("traces", {"new": 0}))
        began = time.monotonic()
        server.serving.cancel()
        async with asyncio.timeout(SOON):
            async for _ in events:
                pass
        assert time.monotonic() - began < 5


async def test_a_stream_needs_a_key_where_the_console_does_and_tells_only_of_its_tenant(tmp_path: Path):
    async with served(tmp_path, pace=QUICK, allowed=("ai.example.com",)) as server:
        assert (await server.get("/api/live")).status == 401
        blind = await server.keys.create("blind", scopes=("ask",))
        refused = await server.get("/api/live", headers={"authorization": f"Bearer {blind.secret.reveal()}"})
        assert refused.status == 403
        key = await server.keys.create("other", tenant="acme", scopes=("read",))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        async with listening(server, **bearer) as events:
            with server.project.work.under_way("ingestion", "docs"):
                await server.project.ask("Of another tenant?")
                await server.project.traces.list()
                seen = [event async for event in until_beats(events)]
    assert seen == [("traces", {"new": 0}), ("work", {"work": []})]


async def until_beats(events: AsyncGenerator[Event], beats: int = 3) -> AsyncGenerator[Event]:
    async with asyncio.timeout(SOON):
        async for event in events:
            beats -= event[0] == "beat"
            if not beats:
                return
            if event[0] != "beat":
                yield event


async def test_a_moment_that_is_none_is_refused(tmp_path: Path):
    async with served(tmp_path) as server:
        replies = [await server.get(f"/api/live?since={text}") for text in ("yesterday", "2026-01-01")]
    assert [reply.status for reply in replies] == [400, 400]


async def test_what_one_server_of_a_project_does_is_told_by_the_other(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as one, served(tmp_path, pace=QUICK) as other, listening(other) as events:
        assert await is_told(events, ("traces", {"new": 0}))
        await one.project.ask("Of the first worker?")
        assert await is_told(events, ("traces", {"new": 1}))
        with one.project.work.under_way("ingestion", "docs"):
            begun = {"kind": "ingestion", "name": "docs", "done": 0, "total": None, "note": ""}
            assert await is_told(events, ("work", {"work": [begun]}))
