"""What a running server does by itself: traces past their time go without anyone asking."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

import plimsoll
from plimsoll.project import write_project
from plimsoll.records import SystemClock
from plimsoll.server import kept_tidy
from plimsoll.testing import FakeClock

pytestmark = [pytest.mark.anyio, pytest.mark.model]


async def test_a_server_deletes_traces_past_their_time_by_itself(tmp_path: Path):
    write_project(tmp_path / "demo")
    async with plimsoll.open(tmp_path / "demo", environ={}) as project:
        await project.ask("What does express delivery cost?")
        assert len(await project.traces.list()) == 1
    in_a_month = FakeClock(SystemClock().now() + timedelta(days=31))
    async with plimsoll.open(tmp_path / "demo", clock=in_a_month, environ={}) as later, kept_tidy(later):
        async with asyncio.timeout(10):
            while left := await later.traces.list():
                assert [trace.feature for trace in left] == ["docs_answer"]
        assert left == []
