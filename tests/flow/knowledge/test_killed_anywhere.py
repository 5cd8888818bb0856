"""A synchronisation may be killed at any step, on both databases: what is left is whole, and the next one goes on."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from plimsoll.knowledge import DeclaredSource, FolderSource
from plimsoll.records import Principal

from contract.store.databases import BOTH, database
from flow.knowledge.opened import kept_texts, opened, write_files

SCRIPT = Path(__file__).with_name("sync_until_killed.py")
EVERY = 13
"""Steps between two deaths."""
Kept = Mapping[str, list[str]]
"""Texts of the chunks by document."""


def rule(number: int, word: str) -> str:
    return (
        f"# Rule {number}\n\nRule number {number} is {word}.\n\n## Why\n\nThe reason for {number} is {word} as well.\n"
    )


OLD = {f"rules/{number}.md": rule(number, "old") for number in range(6)}
NEW = (
    {f"rules/{number}.md": OLD[f"rules/{number}.md"] for number in (0, 1)}
    | {f"rules/{number}.md": rule(number, "new") for number in (2, 3, 7)}
    | {"rules/four.md": OLD["rules/4.md"]}
)
"""Two stay, two change, one is new, one has another name, one is gone."""


def lay_out(folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder / "rules", ignore_errors=True)
    write_files(folder, files)


def rules(folder: Path) -> DeclaredSource:
    return DeclaredSource(name="rules", source=FolderSource(["rules"], root=folder), most_loss=1.0)


async def synced(folder: Path, url: str) -> Kept:
    """Synchronise, ask, and return what the truth holds; what is answered must be what the truth holds."""
    async with opened(folder, url=url, sources=[rules(folder)]) as corpus:
        [report] = await corpus.sync()
        assert report.result == "synced"
        found = await corpus.retrieve("Which rule is new or old?", passages=50, caller=Principal.local())
        truth = await kept_texts(url)
        assert {passage.source for passage in found.passages} == set(truth)
        stats = await corpus.stats()
        assert (stats.documents, stats.chunks) == (len(truth), sum(map(len, truth.values())))
    return truth


async def assert_whole(folder: Path, url: str, *, before: Kept, after: Kept) -> None:
    """Each document is as it was or as it will be, with all of its chunks, and questions are answered."""
    left = await kept_texts(url)
    assert all(texts in (before.get(source), after.get(source)) for source, texts in left.items())
    assert set(before) & set(after) <= set(left)
    async with opened(folder, url=url, sources=[rules(folder)]) as corpus:
        found = await corpus.retrieve("Which rule is new or old?", passages=50, caller=Principal.local())
        assert found.passages
        assert {passage.source for passage in found.passages} <= set(left)


def run_until(folder: Path, url: str, step: int) -> int:
    """Synchronise in a process of its own that dies at the step; return its exit code."""
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


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_a_synchronisation_killed_at_any_step_leaves_whole_documents_and_is_made_up_for(
    tmp_path: Path, kind: str
) -> None:
    with database(kind, tmp_path) as url:
        whole: dict[str, Kept] = {}
        for name, files in (("new", NEW), ("old", OLD)):
            lay_out(tmp_path, files)
            whole[name] = asyncio.run(synced(tmp_path, url))
        here, there, step, deaths = "old", "new", 1, 0
        while True:
            lay_out(tmp_path, NEW if there == "new" else OLD)
            if run_until(tmp_path, url, step) == 0:
                break
            deaths += 1
            asyncio.run(assert_whole(tmp_path, url, before=whole[here], after=whole[there]))
            assert asyncio.run(synced(tmp_path, url)) == whole[there], json.dumps(whole)
            here, there, step = there, here, step + EVERY
        assert deaths > 3
