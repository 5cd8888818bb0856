"""Scheduled work whose process is killed, told to stop, or finds someone else at work: it stays due, for anyone."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from plimsoll.knowledge import ScheduleState
from plimsoll.project import Project
from plimsoll.records import SystemClock
from plimsoll.server import kept_on_schedule

from contract.store.databases import BOTH, database, opened
from flow.cli.commands import surroundings
from flow.project import run_schedules
from flow.project.scheduled import Place
from waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.model]
SITE = """
[knowledge.docs]
[knowledge.docs.sources.site]
kind = "web"
urls = ["{url}/tides"]
allow_private = true
sync_every = "1h"
"""


class Site:
    """A web page that hangs until it is let go on."""

    def __init__(self) -> None:
        self.asked = 0
        self.goes_on = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer the page, once that is allowed."""
        if request.path == "/robots.txt":
            return web.Response(status=404)
        self.asked += 1
        await self.goes_on.wait()
        return web.Response(text="<p>The tide turns every six hours, as the moon goes.</p>", content_type="text/html")


@asynccontextmanager
async def hanging_site() -> AsyncGenerator[Site]:
    site, app = Site(), web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        site.goes_on.set()
        await runner.cleanup()


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with database(request.param, tmp_path) as url:
        yield Place(request.param, tmp_path, url)


async def sync_state(project: Project) -> ScheduleState:
    [state] = await project.schedules.describe("docs")
    return state


async def test_a_run_whose_process_is_killed_is_done_by_another(place: Place):
    async with hanging_site() as site:
        folder = place.write(settings=SITE.format(url=site.url))
        place.write(1, settings=SITE.format(url=site.url))
        command = (sys.executable, run_schedules.__file__, str(folder))
        child = await asyncio.create_subprocess_exec(*command, env=surroundings())
        await until(lambda: site.asked, seconds=60)
        async with place.opened(1, clock=SystemClock()) as other:
            assert await other.schedules.run_due("docs") == []
            child.kill()
            await child.wait()
            site.goes_on.set()
            [run] = await other.schedules.run_due("docs")
            assert (run.result, run.tries, site.asked) == ("synced", 0, 2)


async def test_a_server_that_stops_leaves_what_it_was_doing_due(place: Place):
    async with hanging_site() as site:
        place.write(settings=SITE.format(url=site.url))
        async with place.opened() as project:
            async with kept_on_schedule(project, every_seconds=0.01):
                await until(lambda: site.asked, seconds=60)
            state = await sync_state(project)
            assert (state.is_due, state.last, project.schedules.health().runs) == (True, None, {})
            site.goes_on.set()
            [run] = await project.schedules.run_due("docs")
            assert run.result == "synced"


async def test_a_server_does_what_is_due_and_answers_meanwhile(place: Place):
    async with hanging_site() as site:
        place.write(settings=SITE.format(url=site.url))
        async with place.opened() as project, kept_on_schedule(project, every_seconds=0.01):
            await until(lambda: site.asked, seconds=60)
            assert (await sync_state(project)).is_due
            site.goes_on.set()
            await until(lambda: project.schedules.health().runs, seconds=60)
            assert project.schedules.health().runs == {("docs", "sync", "site", "synced"): 1}
            assert not (await sync_state(project)).is_due


async def rename_table(place: Place, before: str, after: str) -> None:
    async with opened(place.database) as store:
        await store.write(lambda connection: connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}"))


async def test_a_broken_database_is_said_once_and_looked_at_again(place: Place, caplog: pytest.LogCaptureFixture):
    place.write(settings=SITE.format(url="http://127.0.0.1:9"))
    async with place.opened() as project:
        await project.schedules.run_due("docs")
        caplog.clear()
        await rename_table(place, "knowledge_schedules", "gone")
        place.clock.advance(3_600)
        async with kept_on_schedule(project, every_seconds=0.01):
            await until(lambda: caplog.records, seconds=60)
            await rename_table(place, "gone", "knowledge_schedules")
            twice = {("docs", "sync", "site", "unreachable"): 2}
            await until(lambda: project.schedules.health().runs == twice, seconds=60)
    assert len(caplog.records) == 1
