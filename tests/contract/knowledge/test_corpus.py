"""A corpus keeps its promises on both databases, and says so in one sentence where a disk does not let it."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.errors import DiskFull, StoreUnavailable
from plimsoll.records import Principal

from contract.store.databases import BOTH, database, small_disk
from flow.knowledge.opened import opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

FILES = {f"docs/{number}.md": f"# Rule {number}\n\nRule number {number} holds. It is old.\n" for number in range(5)}


@pytest.mark.parametrize("kind", BOTH)
def test_documents_are_ingested_changed_removed_and_found(tmp_path: Path, kind: str) -> None:
    write_files(tmp_path, FILES)

    async def walk(url: str) -> None:
        async with opened(tmp_path, url=url) as corpus:
            assert (await corpus.ingest(["docs"], root=tmp_path)).added == 5
            (tmp_path / "docs/3.md").unlink()
            write_files(tmp_path, {"docs/4.md": "Rule number 4 is new."})
            report = await corpus.ingest(["docs"], root=tmp_path)
            assert (report.changed, report.unchanged, report.removed) == (1, 3, 1)
            found = await corpus.retrieve("Which rule is number 4?", caller=Principal.local())
            assert found.passages[0].text == "Rule number 4 is new."
            assert {passage.source for passage in found.passages} == {f"docs/{number}.md" for number in (0, 1, 2, 4)}
            stats = await corpus.stats()
            assert (stats.documents, stats.chunks, stats.sentences, stats.failed) == (4, 4, 7, 0)

    with database(kind, tmp_path) as url:
        asyncio.run(walk(url))


@pytest.mark.parametrize("kind", BOTH)
def test_two_machines_that_ingest_at_once_double_nothing(tmp_path: Path, kind: str) -> None:
    write_files(tmp_path, FILES)

    async def walk(url: str) -> None:
        async with (
            opened(tmp_path, url=url, index=tmp_path / "one") as one,
            opened(tmp_path, url=url, index=tmp_path / "two") as two,
        ):
            await asyncio.gather(one.ingest(["docs"], root=tmp_path), two.ingest(["docs"], root=tmp_path))
            stats = await one.stats()
            assert (stats.documents, stats.chunks) == (5, 5)

    with database(kind, tmp_path) as url:
        asyncio.run(walk(url))


def test_a_full_disk_under_the_index_says_what_to_do_and_keeps_the_documents(tmp_path: Path) -> None:
    write_files(tmp_path, {f"docs/{number}.md": "One word. Two words." for number in range(60)})
    index = tmp_path / "index"
    index.mkdir()

    async def walk() -> None:
        async with opened(tmp_path, ScriptedEmbedder(dimensions=8_192)) as corpus:
            with pytest.raises(DiskFull, match="There is no room left under"):
                await corpus.ingest(["docs"], root=tmp_path)
            assert (await corpus.stats()).documents == 60

    with small_disk(index):
        asyncio.run(walk())


def test_an_index_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file", encoding="utf-8")

    async def walk() -> None:
        async with opened(tmp_path):
            raise AssertionError

    with pytest.raises(StoreUnavailable, match=r"index/docs.* cannot be written"):
        asyncio.run(walk())
