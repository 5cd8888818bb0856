"""Pruning and erasing may be killed at any statement: no trace is ever seen partly, and the next run goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection

import plimsoll
from plimsoll.traces.search.blocks import is_left

from contract.store.databases import BOTH, database, opened
from contract.traces.test_retention import trace_of, write
from contract.traces.test_words import read_signed
from flow.traces import prune_until_killed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
ROOT = Path(prune_until_killed.__file__).parents[2]
LONG, SHORT, EVERY = 700, 3, 13
OLD = datetime(2025, 6, 1, tzinfo=UTC)


def delete(url: str, *, last: int, subject: str) -> int:
    """Prune, or erase the person, in a process of its own and return its exit code."""
    environment = {**os.environ, "PYTHONPATH": f"{Path(plimsoll.__file__).parents[1]}:{ROOT}"}
    command = [sys.executable, "-W", "error", prune_until_killed.__file__, url, str(last), subject]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


def look(connection: Connection) -> tuple[int, int]:
    """Return how many traces are there, and how many spans of others; fail where a trace is there partly."""
    rows = dict(connection.exec_driver_sql("SELECT trace_id, span_count FROM traces").all())
    spans = dict(connection.exec_driver_sql("SELECT trace_id, count(*) FROM spans GROUP BY trace_id").all())
    assert {name: spans[name] for name in rows} == rows
    hidden = set(connection.exec_driver_sql("SELECT trace_id FROM leaving").scalars())
    assert spans.keys() - rows.keys() <= hidden
    return len(rows), sum(count for name, count in spans.items() if name not in rows)


@pytest.mark.parametrize("subject", ["", "user:ada"], ids=["pruned", "erased"])
@pytest.mark.parametrize("kind", BOTH)
async def test_wherever_it_dies_traces_are_whole_and_the_next_run_finds_what_is_left(
    kind: str, subject: str, tmp_path: Path
):
    old = [
        trace_of(one, spans=LONG if one % 2 else SHORT, at=OLD + timedelta(days=one), plimsoll__subject="user:ada")
        for one in range(1, 9)
    ]
    kept = trace_of(9, spans=5)
    seen: list[tuple[int, int]] = []
    with database(kind, tmp_path) as url:
        async with opened(url, "traces") as store:
            await write(store, *old, kept)
        for last in range(EVERY, 10_000, EVERY):
            code = await asyncio.to_thread(delete, url, last=last, subject=subject)
            async with opened(url, "traces") as store:
                seen.append(await store.read(look))
            if code == 0:
                break
            assert code == -signal.SIGKILL
        async with opened(url, "traces") as store:
            signed = await store.read(read_signed)
            assert await store.read(lambda c: c.exec_driver_sql("SELECT * FROM leaving").all()) == []
    assert seen == sorted(seen, key=lambda one: -one[0])
    assert seen[-1] == (1, 0)
    assert any(0 < orphans < LONG for _, orphans in seen)
    assert sum(int(np.asarray(is_left(keys)).sum()) for keys, _ in signed) == 5
    assert all((has_bits == is_left(keys)).all() for keys, has_bits in signed)
