"""Ingestion that is killed, cancelled or doubled: nothing half-indexed, nothing twice, and it resumes."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from plimsoll.errors import Overloaded
from plimsoll.knowledge import Corpus, IngestProgress, IngestReport
from plimsoll.knowledge.ingestion.lock import hold_lock
from plimsoll.records import Principal

from contract.store.databases import BOTH, database
from flow.knowledge.opened import opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder
from waiting import until

SCRIPT = Path(__file__).with_name("ingest_slowly.py")
FILES = {f"docs/{number:03d}.md": f"# Rule {number}\n\nRule number {number} holds." for number in range(70)}


async def assert_whole(corpus: Corpus, *, documents: int) -> None:
    stats = await corpus.stats()
    assert (stats.documents, stats.chunks, stats.sentences) == (documents, documents, documents)
    found = await corpus.retrieve("Which rule number is 69?", passages=50, caller=Principal.local())
    assert len({passage.source for passage in found.passages}) == len(found.passages) == min(50, documents)


def stopped_process(root: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a process that ingests, and wait until it stands still in the middle."""
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(root), *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"stopped\n"
    return child


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_a_second_process_says_that_it_waits_and_goes_on_where_the_first_one_dies(tmp_path: Path, kind: str) -> None:
    write_files(tmp_path, FILES | {"docs/050.md": "# Rule 50\n\nHere it must stop."})
    told: list[IngestProgress] = []
    # Two machines share a database and no folder; with SQLite they are one machine, and share both.
    other = tmp_path / ("other" if kind == "postgres" else "index")

    async def second(url: str, first: "subprocess.Popen[bytes]") -> None:
        async with opened(tmp_path, url=url, index=other) as corpus:
            ingesting = asyncio.create_task(corpus.ingest(["docs"], root=tmp_path, progress=told.append))
            await until(lambda: told, seconds=60)
            assert "Another process works on 'docs'; waiting until it ends" in told[0].waiting
            assert (await corpus.stats()).documents == 32
            first.kill()
            report = await ingesting
            assert (report.added, report.changed, report.unchanged) == (38, 0, 32)
            await assert_whole(corpus, documents=70)

    with database(kind, tmp_path) as url:
        child = stopped_process(tmp_path, url, str(tmp_path / "index"))
        try:
            asyncio.run(second(url, child))
        finally:
            child.kill()
            child.communicate(timeout=30)


@pytest.mark.slow
@pytest.mark.postgres
def test_an_ingestion_whose_lock_the_server_took_back_doubles_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    embedder = ScriptedEmbedder(stop_at="number 50")

    async def walk(url: str) -> None:
        async with (
            opened(tmp_path, embedder, url=url, index=tmp_path / "one") as one,
            opened(tmp_path, url=url, index=tmp_path / "two") as two,
        ):
            first = asyncio.create_task(one.ingest(["docs"], root=tmp_path))
            await asyncio.to_thread(embedder.stopped.wait, 30)
            with psycopg.connect(url, autocommit=True) as connection:
                # Of this database only: other tests hold locks beside this one.
                held = (
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
                assert connection.execute(held).fetchall()
            assert (await two.ingest(["docs"], root=tmp_path)).added == 38
            embedder.go_on.set()
            await asyncio.gather(first, return_exceptions=True)
            assert (await two.ingest(["docs"], root=tmp_path)).unchanged == 70
            await assert_whole(two, documents=70)

    with database("postgres", tmp_path) as url:
        asyncio.run(walk(url))


@pytest.mark.slow
def test_a_killed_ingestion_leaves_whole_documents_and_resumes(tmp_path: Path) -> None:
    write_files(tmp_path, FILES | {"docs/050.md": "Here it must stop."})
    child = stopped_process(tmp_path)
    child.kill()
    child.communicate(timeout=30)

    async def resume() -> None:
        async with opened(tmp_path) as corpus:
            before = (await corpus.stats()).documents
            assert before == 32
            report = await corpus.ingest(["docs"], root=tmp_path)
            assert (report.added, report.changed, report.unchanged) == (70 - before, 0, before)
            await assert_whole(corpus, documents=70)

    asyncio.run(resume())


def test_a_cancelled_ingestion_leaves_whole_documents_and_resumes(tmp_path: Path) -> None:
    write_files(tmp_path, FILES | {"docs/050.md": "Here it must stop."})
    embedder = ScriptedEmbedder(stop_at="stop")

    async def walk() -> None:
        async with opened(tmp_path, embedder) as corpus:
            task = asyncio.create_task(corpus.ingest(["docs"], root=tmp_path))
            await asyncio.to_thread(embedder.stopped.wait, 30)
            task.cancel()
            embedder.go_on.set()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
            assert (await corpus.stats()).documents == 32
            await corpus.ingest(["docs"], root=tmp_path)
            await assert_whole(corpus, documents=70)

    asyncio.run(walk())


def test_two_ingestions_at_once_do_the_work_once(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> tuple[IngestReport, IngestReport]:
        async with opened(tmp_path) as one, opened(tmp_path) as two:
            reports = await asyncio.gather(one.ingest(["docs"], root=tmp_path), two.ingest(["docs"], root=tmp_path))
            await assert_whole(two, documents=70)
            return reports

    reports = asyncio.run(walk())
    assert sorted((report.added, report.unchanged) for report in reports) == [(0, 70), (70, 0)]


def test_a_lock_that_is_not_given_back_in_time_is_reported(tmp_path: Path) -> None:
    async def walk() -> None:
        async with hold_lock(tmp_path / "lock", wait_seconds=1, what="ingesting"):
            with pytest.raises(Overloaded, match="Another process is ingesting into 'docs'"):
                async with hold_lock(tmp_path / "lock", wait_seconds=0.1, what="ingesting into 'docs'"):
                    raise AssertionError

    asyncio.run(walk())
