"""A process that dies at any statement leaves traces and figures that agree; when it comes back all is counted once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import plimsoll

from contract.store.databases import BOTH, database, opened
from contract.traces.recounted import kept_figures, recount
from flow.traces import write_until_killed
from flow.traces.write_until_killed import SPANS, TRACES

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
ROOT = Path(write_until_killed.__file__).parents[2]


def _run(url: str, *, last: int) -> int:
    """Run the writer in a process of its own and return its exit code."""
    environment = {**os.environ, "PYTHONPATH": f"{Path(plimsoll.__file__).parents[1]}:{ROOT}"}
    command = [sys.executable, "-W", "error", write_until_killed.__file__, url, str(last)]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


@pytest.mark.parametrize("kind", BOTH)
async def test_wherever_it_dies_the_figures_say_what_is_stored_and_the_next_run_counts_all_once(
    kind: str, tmp_path: Path
):
    stored: list[int] = []
    with database(kind, tmp_path) as url:
        for last in (3, 9, 16, 31, 60, 100):
            assert await asyncio.to_thread(_run, url, last=last) == -signal.SIGKILL
            async with opened(url, "traces") as store:
                assert await store.read(kept_figures) == await store.read(recount)
                stored.append(await store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM spans").scalar_one()))
        assert await asyncio.to_thread(_run, url, last=0) == 0
        async with opened(url, "traces") as store:
            kept = await store.read(kept_figures)
            assert kept == await store.read(recount)
            count = await store.read(lambda c: c.exec_driver_sql("SELECT sum(span_count) FROM traces").scalar_one())
    requests = [int(str(row[0])) for key, row in kept[0].items() if key[0] == 60 and key[5] == "request"]
    assert (count, sum(requests)) == (TRACES * SPANS, TRACES * 1_000)
    assert stored == sorted(stored)
    assert 0 < stored[-1] < TRACES * SPANS
