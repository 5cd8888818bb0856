"""`plimsoll.toml` changes while the server works: what it says is in force, and nobody's call is lost."""

import asyncio
import itertools
import logging
from pathlib import Path

import pytest

from plimsoll.project import SETTINGS_FILE, Project
from plimsoll.server import kept_current
from plimsoll.testing import Upstream

from contract.gateway.fronted import fronted, opened_project
from contract.server.serving import Served
from waiting import until

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
ASKED = {"model": "fast", "messages": [{"role": "user", "content": "ping"}]}
A_SECOND = 200


def change(project: Project, *swaps: tuple[str, str], more: str = "") -> None:
    path = project.folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text + more, encoding="utf-8")


async def call_steadily(server: Served, ended: asyncio.Event) -> list[int]:
    """Send 200 calls a second until the event; return how they ended."""
    calls: list[asyncio.Task[int]] = []

    async def call() -> int:
        return (await server.post(CHAT, json=ASKED)).status

    loop = asyncio.get_running_loop()
    began = loop.time()
    while not ended.is_set():
        calls.append(asyncio.create_task(call()))
        await until(lambda: loop.time() >= began + len(calls) / A_SECOND)
    return list(await asyncio.gather(*calls))


async def test_200_calls_a_second_go_on_without_one_lost_while_the_settings_change_five_times(tmp_path: Path):
    with Upstream() as first, Upstream() as second:
        async with fronted(tmp_path, first) as server, kept_current(server.project, every_seconds=0.05):
            ended = asyncio.Event()
            calling = asyncio.create_task(call_steadily(server, ended))
            addresses = [first.base_url, second.base_url] * 3
            for number, (old, new) in enumerate(itertools.pairwise(addresses), start=1):
                change(server.project, (old, new))
                await until(lambda number=number: server.project._in_force.state.reloads == number)
                now, seen = (first, second)[number % 2], len((first, second)[number % 2].requests)
                await until(lambda now=now, seen=seen: len(now.requests) > seen + A_SECOND // 10)
            ended.set()
            statuses = await calling
            assert set(statuses) == {200}
            assert len(statuses) == len(first.requests) + len(second.requests)
            assert len(statuses) > A_SECOND // 2


async def test_a_provider_that_did_not_change_keeps_its_connections(tmp_path: Path):
    with Upstream() as upstream:
        async with opened_project(tmp_path, upstream, settings="", up="") as project:
            before = project.gateway.plan.providers["up"]
            change(project, ("retries = 0", "retries = 1"))
            state = await project.reload()
            assert (state.reloads, state.problem) == (1, "")
            assert project.gateway.plan.providers["up"] is before
            assert project.gateway.plan.find("fast").policy.retries == 1
            change(project, ('api_key_env = "UP_KEY"', 'api_key_env = "UP_KEY"\nconnections = 7'))
            await project.reload()
            assert project.gateway.plan.providers["up"] is not before


async def test_a_broken_file_changes_nothing_and_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server, kept_current(server.project, every_seconds=0.01):
            change(server.project, more="\n[models.fast2]\nretrys = 1\n")
            await until(lambda: server.project._in_force.state.problem)
            await server.project.reload()
            status = (await server.get("/api/status")).json()["settings"]
            assert "retrys" in status["problem"]
            assert status["reloads"] == 0
            assert (await server.post(CHAT, json=ASKED)).status == 200
            doctor = {check.name: check for check in await server.project.examine()}
            assert "retrys" in doctor["settings"].message
            said = [record for record in caplog.records if "stay as they were" in record.message]
            assert len(said) == 1
            change(server.project, ("retrys", "retries"))
            await until(lambda: server.project._in_force.state.reloads == 1)
            assert server.project._in_force.state.problem == ""


async def test_what_needs_a_new_start_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with Upstream() as upstream:
        async with opened_project(tmp_path, upstream, settings="", up="") as project:
            change(project, more='\n[server]\nport = 9001\nworkers = 2\n\n[traces]\ncontent = "none"\nkeep_days = 3\n')
            with caplog.at_level(logging.WARNING):
                state = await project.reload()
            assert state.waiting == ("server.port", "server.workers", "traces.content")
            assert "server.port, server.workers, traces.content" in caplog.text
            assert (project.settings.server.port, project.settings.traces.keep_days) == (8000, 3)
            assert [check.state for check in await project.examine() if check.name == "settings"] == ["warning"]


async def test_a_file_that_is_half_written_is_not_taken(tmp_path: Path):
    with Upstream() as upstream:
        async with opened_project(tmp_path, upstream, settings="", up="") as project:
            path = tmp_path / SETTINGS_FILE
            whole = path.read_text(encoding="utf-8")
            path.write_text("", encoding="utf-8")
            await project.reload_if_changed()
            assert "up" in project.settings.providers
            path.write_text(whole + "\n[models.more]\nmodel = 'up/more'\n", encoding="utf-8")
            await project.reload_if_changed()
            assert "more" not in project.settings.models
            await project.reload_if_changed()
            assert "more" in project.settings.models
