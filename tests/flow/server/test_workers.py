"""Several processes behind one address: started, restarted, stopped without losing a call, told to read settings."""

import asyncio
import os
import signal
import socket
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from plimsoll.records import new_span_id
from plimsoll.testing import Upstream

from flow.cli.commands import plimsoll
from flow.gateway.processes import Running, call, running
from waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.redis, pytest.mark.slow]
SETTINGS = """
[project]
name = "{name}"

[providers.up]
base_url = "{url}"

[models.fast]
model = "up/test-model"
retries = 0

[gateway]
redis_url = "redis://127.0.0.1:6379/0"
"""


@asynccontextmanager
async def two_workers(folder: Path, upstream: Upstream) -> AsyncGenerator[tuple[Running, aiohttp.ClientSession]]:
    (folder / "plimsoll.toml").write_text(SETTINGS.format(url=upstream.base_url, name=new_span_id()))
    # A connection of its own for each call: else one worker would answer all.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with running(folder, "--workers", "2") as server, aiohttp.ClientSession(connector=connector) as http:
        yield server, http


async def test_a_worker_that_is_killed_is_replaced_while_the_other_answers(tmp_path: Path):
    with Upstream() as upstream:
        async with two_workers(tmp_path, upstream) as (server, http):
            before = server.workers()
            assert sorted(before) == [1, 2]
            os.kill(before[2], signal.SIGKILL)
            await until(lambda: server.workers().get(2) not in {None, before[2]})
            assert server.workers()[1] == before[1]
            ended = [await call(http, server.url) for _ in range(20)]
            assert Counter(status for status, _ in ended) == {200: 20}
            assert "Worker 2 ended (signal 9, Killed); it is started again in 0.1 s." in server.said


async def test_calls_under_way_are_answered_when_the_server_is_told_to_stop(tmp_path: Path):
    with Upstream() as upstream:
        async with two_workers(tmp_path, upstream) as (server, http):
            upstream.hold()
            calls = [asyncio.create_task(call(http, server.url)) for _ in range(40)]
            await asyncio.to_thread(upstream.wait_for, waiting=40)
            server.process.send_signal(signal.SIGTERM)
            await until(lambda: _refuses(server.url))
            upstream.release()
            assert {ended.status for ended in await asyncio.gather(*calls)} == {200}
            assert await server.process.wait() == 0
            assert server.said == ""


async def test_every_worker_reads_the_settings_again_on_a_hang_up(tmp_path: Path):
    with Upstream() as upstream:
        async with two_workers(tmp_path, upstream) as (server, http):
            with (tmp_path / "plimsoll.toml").open("a", encoding="utf-8") as settings:
                settings.write('\n[models.other]\nmodel = "up/other"\n')
            server.process.send_signal(signal.SIGHUP)
            await until(lambda: server.said.count("is in force") == 2)
            assert {line[:9] for line in server.said.splitlines()} == {"worker 1:", "worker 2:"}
            ended = [await call(http, server.url, model="other") for _ in range(10)]
            assert {status for status, _ in ended} == {200}


async def test_whichever_worker_is_asked_for_metrics_all_of_them_are_counted(tmp_path: Path):
    with Upstream() as upstream:
        async with two_workers(tmp_path, upstream) as (server, http):
            for _ in range(40):
                await call(http, server.url)
            for _ in range(6):
                async with http.get(f"{server.url}/metrics") as response:
                    text = await response.text()
                families = {family.name: family for family in text_string_to_metric_families(text)}
                calls = {each.labels["worker"]: each.value for each in families["plimsoll_gateway_calls"].samples}
                assert sum(calls.values()) == 40
                assert set(calls) <= {"1", "2"}
                pending = families["plimsoll_ledger_pending_entries"].samples
                assert {each.labels["worker"] for each in pending} == {"1", "2"}


async def test_workers_end_when_their_parent_is_killed(tmp_path: Path):
    with Upstream() as upstream:
        async with two_workers(tmp_path, upstream) as (server, _):
            workers = list(server.workers().values())
            assert [_lives(worker) for worker in workers] == [True, True]
            server.process.kill()
            await server.process.wait()
            await until(lambda: not any(_lives(worker) for worker in workers), seconds=30)


async def test_a_worker_that_keeps_ending_stops_the_server(tmp_path: Path):
    with Upstream() as upstream:
        async with two_workers(tmp_path, upstream) as (server, _):
            seen: set[int] = set()

            def kill_the_second() -> bool:
                pid = server.workers().get(2) if server.process.returncode is None else None
                if pid is not None and pid not in seen:
                    seen.add(pid)
                    os.kill(pid, signal.SIGKILL)
                return server.process.returncode is not None

            await until(kill_the_second, seconds=60)
            assert server.process.returncode == 4
            assert "5 times within a minute; the server stops" in server.said


def test_several_workers_without_redis_are_refused(tmp_path: Path):
    (tmp_path / "plimsoll.toml").write_text("[server]\nworkers = 3\n")
    done = plimsoll(tmp_path, "serve", "--port", "0")
    assert done.code == 2
    assert "3 workers need [gateway] redis_url" in done.err


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _refuses(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0
