"""A change of the embedding model may be killed at any step, on both databases: questions go on, and it resumes."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.knowledge.tables.vectors import count_missing
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store

from contract.store.databases import BOTH, database
from flow.knowledge.opened import opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

SCRIPT = Path(__file__).with_name("migrate_until_killed.py")
EVERY = 12
"""Steps between two deaths."""
FILES = {f"docs/{number}.md": f"The dish number {number} is served at noon." for number in range(140)}


def models() -> dict[str, ScriptedEmbedder]:
    return {"blue": ScriptedEmbedder("blue"), "green": ScriptedEmbedder("green", dimensions=48)}


def run_until(folder: Path, url: str, step: int) -> int:
    """Embed in a process of its own that dies at the step; return its exit code."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), url, str(folder / "index"), str(step)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


async def missing(url: str) -> int:
    store = await Store.open(url, schema="state", clock=SystemClock())
    left = await store.read(lambda connection: count_missing(connection, "docs", "green"))
    await store.close()
    return left


async def assert_served(folder: Path, url: str) -> None:
    """The former model answers as if nothing had been, and the coming one cannot be switched to half-made."""
    known = models()
    async with opened(folder, known["blue"], url=url, models=known) as corpus:
        found = await corpus.retrieve("When is dish number 7 served?", passages=3, caller=Principal.local())
        assert "docs/7.md" in {passage.source for passage in found.passages}
        assert (await corpus.migration.state()).models.model == "blue"


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_a_change_of_the_model_killed_at_any_step_serves_on_and_is_resumed(tmp_path: Path, kind: str) -> None:
    write_files(tmp_path, FILES)

    async def ingest(url: str) -> None:
        known = models()
        async with opened(tmp_path, known["blue"], url=url, models=known) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)

    async def switch(url: str) -> None:
        known = models()
        async with opened(tmp_path, known["blue"], url=url, models=known) as corpus:
            report = await corpus.migration.embed("green")
            assert report.embedded == 0
            await corpus.migration.switch()

    with database(kind, tmp_path) as url:
        asyncio.run(ingest(url))
        step, lefts = 1, [len(FILES)]
        while run_until(tmp_path, url, step) != 0:
            asyncio.run(assert_served(tmp_path, url))
            lefts.append(asyncio.run(missing(url)))
            step += EVERY
        assert len(lefts) > 3
        assert lefts == sorted(lefts, reverse=True)  # what was embedded stays embedded
        assert asyncio.run(missing(url)) == 0
        asyncio.run(switch(url))
