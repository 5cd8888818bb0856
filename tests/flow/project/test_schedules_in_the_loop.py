"""A scheduled run leaves the event loop to others: no step of it works there for long."""

import asyncio
import time
from pathlib import Path

import pytest

from flow.knowledge.opened import write_files
from flow.project.scheduled import Place

pytestmark = [pytest.mark.anyio, pytest.mark.model, pytest.mark.slow]
LONGEST_STEP_SECONDS = 0.05
PAGES, WORDS = 4, 800


async def longest_step(ended: asyncio.Event) -> float:
    """Return the most processor time of the thread between two turns of the loop: a busy machine adds none to it."""
    longest, turns = 0.0, 0
    while not ended.is_set():
        began = time.thread_time()
        await asyncio.sleep(0.001)
        longest, turns = max(longest, time.thread_time() - began), turns + 1
    assert turns > 100
    return longest


async def test_no_step_of_a_scheduled_run_works_long_on_the_event_loop(tmp_path: Path) -> None:
    place, ended = Place("sqlite", tmp_path, ""), asyncio.Event()
    sentences = " ".join(f"The tide number {number} turns at noon." for number in range(WORDS // 7))
    write_files(place.write(), {f"wiki/{number}.md": f"# Page {number}\n\n{sentences}\n" for number in range(PAGES)})
    async with place.opened() as project:
        await project._parts.corpora.get("docs")
        watching = asyncio.create_task(longest_step(ended))
        runs = await project.schedules.run_due("docs")
        ended.set()
        assert [run.result for run in runs] == ["synced", "audited"]
        assert await watching < LONGEST_STEP_SECONDS
