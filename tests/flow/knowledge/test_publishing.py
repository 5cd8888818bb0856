"""Publishing an index: one builder among machines that share a folder, readers keep what they map, readers' changes."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.errors import Overloaded
from plimsoll.knowledge import Corpus, DeclaredSource, FolderSource, RetrievalPlan
from plimsoll.knowledge.index.holding import Hold, make_holdable, remove_unheld
from plimsoll.knowledge.index.lease import lease_name
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store

from contract.store.databases import postgres_database
from flow.knowledge.opened import opened, published_in, write_files

FILES = {f"docs/{name}.md": f"The {name} is served at noon." for name in ("soup", "bread", "cake")}
ADA = Principal(id="user:ada", groups=frozenset({"group:pay"}))
HOLDER = """
import asyncio, sys
from plimsoll.records import SystemClock
from plimsoll.store import Store
async def hold():
    store = await Store.open(sys.argv[1], schema="state", clock=SystemClock())
    async with store.hold(sys.argv[2], wait_seconds=5, what="building"):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


async def sources(corpus: Corpus, caller: Principal) -> set[str]:
    return {one.source for one in (await corpus.retrieve("What is served at noon?", caller=caller)).passages}


@pytest.mark.postgres
def test_a_builder_waits_for_one_on_another_machine_until_that_one_dies(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk(url: str) -> None:
        async with opened(tmp_path, url=url) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
        (published_in(tmp_path) / "current").unlink()
        store = await Store.open(url, schema="state", clock=SystemClock())
        name = lease_name(published_in(tmp_path), store)
        await store.close()
        elsewhere = await asyncio.to_thread(
            subprocess.Popen, [sys.executable, "-c", HOLDER, url, name], stdout=subprocess.PIPE, text=True
        )
        assert elsewhere.stdout is not None
        with elsewhere, elsewhere.stdout as said:
            assert said.readline() == "held\n"
            async with opened(tmp_path, url=url) as corpus:
                with pytest.raises(Overloaded, match="Searching 'docs' took more than"):
                    await corpus.retrieve("noon", caller=ADA, plan=RetrievalPlan(deadline_ms=500))
                elsewhere.send_signal(signal.SIGKILL)
                assert await sources(corpus, ADA) == set(FILES)

    with postgres_database() as url:
        asyncio.run(walk(url))


def test_what_somebody_maps_is_not_removed_and_what_nobody_does_is(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    def kept() -> set[Path]:
        return set(published_in(tmp_path).glob("0*"))

    async def publish(writer: Corpus, number: int) -> None:
        write_files(tmp_path, {"docs/soup.md": f"Soup number {number} is served at noon."})
        await writer.ingest(["docs"], root=tmp_path)

    async def walk() -> None:
        async with opened(tmp_path) as writer:
            async with opened(tmp_path) as reader:
                await publish(writer, 0)
                await sources(reader, ADA)
                [mapped] = kept()
                for number in range(1, 5):
                    await publish(writer, number)
                assert mapped in kept()
                assert len(kept()) == 3  # the reader's, the newest, and the one that the writer read until then
            await publish(writer, 5)
            assert mapped not in kept()

    asyncio.run(walk())


def test_a_folder_is_removed_only_after_its_last_holder_let_go(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    make_holdable(folder)
    one, two = Hold(folder), Hold(folder)
    one.let_go()
    assert not remove_unheld(folder)
    two.let_go()
    assert remove_unheld(folder)
    with pytest.raises(FileNotFoundError):
        Hold(folder)


@pytest.mark.parametrize(("before", "after"), [(("public",), ("group:pay",)), (("group:pay",), ("public",))])
def test_changed_readers_of_an_unchanged_document_count_with_the_next_question(
    tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    write_files(tmp_path, FILES)
    eve = Principal(id="user:eve")

    def declared(readers: tuple[str, ...]) -> DeclaredSource:
        return DeclaredSource(name="all", source=FolderSource((tmp_path / "docs",), root=tmp_path), readers=readers)

    async def walk() -> None:
        async with opened(tmp_path, sources=[declared(before)]) as writer, opened(tmp_path) as reader:
            await writer.sync()
            assert await sources(reader, eve) == (set(FILES) if "public" in before else set())
            seq = (await reader.retrieve("soup", caller=ADA)).index_seq
            writer.declare([declared(after)])
            [report] = await writer.sync()
            assert report.report is not None
            assert (report.report.described, report.report.texts_embedded) == (3, 0)
            assert await sources(reader, eve) == (set(FILES) if "public" in after else set())
            assert (await reader.retrieve("soup", caller=ADA)).index_seq > seq

    asyncio.run(walk())
