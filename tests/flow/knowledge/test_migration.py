"""Changing the embedding model of a corpus: beside, switched, rolled back, finished, and never mixed."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.errors import InvalidRequest, InvalidSettings
from plimsoll.knowledge import Corpus
from plimsoll.knowledge.index.snapshot import open_snapshot
from plimsoll.knowledge.tables.indexed import page_chunks
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store

from contract.store.databases import BOTH, database
from flow.knowledge.opened import opened, published_in, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

FILES = {f"docs/{number}.md": f"The dish number {number} is served at noon." for number in range(150)}
ADA = Principal.local()
QUESTION = "When is dish number 7 served?"


def models() -> dict[str, ScriptedEmbedder]:
    return {"blue": ScriptedEmbedder("blue"), "green": ScriptedEmbedder("green", dimensions=48)}


async def found(corpus: Corpus) -> set[str]:
    return {one.source for one in (await corpus.retrieve(QUESTION, passages=3, caller=ADA)).passages}


async def serving(corpus: Corpus) -> str:
    return (await corpus.migration.state()).models.model


async def fingerprints(folder: Path) -> list[int]:
    """Return how many chunks have vectors of blue, and of green."""
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=SystemClock())
    counts: list[int] = []
    for name in ("blue", "green"):
        rows = await store.read(lambda c, name=name: page_chunks(c, "docs", fingerprint=name, after="", limit=9_999))
        assert {row.fingerprint for row in rows} <= {name, ""}
        assert {len(row.vector) for row in rows if row.fingerprint} <= {4 * models()[name].dimensions}
        counts.append(sum(bool(row.fingerprint) for row in rows))
    await store.close()
    return counts


@pytest.mark.parametrize("kind", BOTH)
def test_a_corpus_changes_its_model_and_goes_back_under_questions_that_all_find_their_document(
    tmp_path: Path, kind: str
) -> None:
    write_files(tmp_path, FILES)

    async def ask(corpus: Corpus, over: asyncio.Event) -> int:
        asked = 0
        while not over.is_set():
            assert "docs/7.md" in await found(corpus)
            asked += 1
        return asked

    async def walk(url: str) -> None:
        known, over = models(), asyncio.Event()
        async with (
            opened(tmp_path, known["blue"], models=known, url=url) as corpus,
            opened(tmp_path, models()["blue"], models=models(), url=url) as elsewhere,
        ):
            await corpus.ingest(["docs"], root=tmp_path)
            asking = asyncio.create_task(ask(elsewhere, over))
            report = await corpus.migration.embed("green")
            assert (report.embedded, await serving(elsewhere)) == (150, "blue")
            for change, model in (("switch", "green"), ("rollback", "blue"), ("switch", "green")):
                await getattr(corpus.migration, change)()
                assert await serving(elsewhere) == model
                assert "docs/7.md" in await found(corpus)
            over.set()
            assert await asking > 0
            assert len(known["blue"].embedded) == len(known["green"].embedded) == 150

    with database(kind, tmp_path) as url:
        asyncio.run(walk(url))


def test_an_interrupted_migration_resumes_and_embeds_nothing_twice(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        known = models()
        slow = ScriptedEmbedder("green", dimensions=48, stop_at="number 120 ")
        async with opened(tmp_path, known["blue"], models={**known, "green": slow}) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            task = asyncio.create_task(corpus.migration.embed("green"))
            await asyncio.to_thread(slow.stopped.wait, 30)
            task.cancel()
            slow.go_on.set()
            await asyncio.gather(task, return_exceptions=True)
            with pytest.raises(InvalidRequest, match="lack vectors of 'green'; nothing was changed"):
                await corpus.migration.switch()
            before = (await corpus.migration.state()).second_missing
            assert 0 < before < 150
        async with opened(tmp_path, known["blue"], models=known) as corpus:
            assert (await corpus.migration.embed("green")).embedded == before
            assert len(known["green"].embedded) == before
        assert await fingerprints(tmp_path) == [150, 150]

    asyncio.run(walk())


def test_what_changes_during_a_migration_is_embedded_for_both_models_until_it_is_finished(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        known = models()
        async with opened(tmp_path, known["blue"], models=known) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            await corpus.migration.embed("green")
            write_files(tmp_path, {"docs/7.md": "Dish number 7 is served at midnight.", "docs/new.md": "A new dish."})
            await corpus.ingest(["docs"], root=tmp_path)
            await corpus.migration.switch()
            write_files(tmp_path, {"docs/newer.md": "A newer dish."})
            assert (await corpus.ingest(["docs"], root=tmp_path)).texts_embedded == 2
            assert await fingerprints(tmp_path) == [152, 152]
            await corpus.migration.rollback()
            assert "docs/7.md" in await found(corpus)
            assert (await corpus.migration.state()).missing == 0
            await corpus.migration.switch()
            await corpus.migration.finish()
            assert await fingerprints(tmp_path) == [0, 152]
            assert (await corpus.ingest(["docs"], root=tmp_path)).texts_embedded == 0
            with pytest.raises(InvalidRequest, match="no second embedding model"):
                await corpus.migration.rollback()
            assert "docs/7.md" in await found(corpus)

    asyncio.run(walk())


def test_vectors_of_two_models_never_meet(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        known = models()
        async with opened(tmp_path, known["blue"], models=known) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            await corpus.migration.embed("green")
            assert open_snapshot(published_in(tmp_path, "green"), fingerprint="blue") is None
            assert open_snapshot(published_in(tmp_path, "blue"), fingerprint="green") is None
            await corpus.migration.switch()
        async with opened(tmp_path, known["blue"]) as without_green:
            with pytest.raises(InvalidSettings, match="do not mix"):
                await found(without_green)
        changed = {"blue": known["blue"], "green": ScriptedEmbedder("other weights")}
        async with opened(tmp_path, known["blue"], models=changed) as with_other_weights:
            with pytest.raises(InvalidSettings, match="of the embedding model 'green'"):
                await found(with_other_weights)

    asyncio.run(walk())


def test_a_migration_that_cannot_be_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/one.md": "One."})

    async def walk() -> None:
        known = {**models(), "red": ScriptedEmbedder("red")}
        async with opened(tmp_path, known["blue"], models=known) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            with pytest.raises(InvalidRequest, match="serves 'docs' already"):
                await corpus.migration.embed("blue")
            for change in (corpus.migration.switch, corpus.migration.rollback, corpus.migration.finish):
                with pytest.raises(InvalidRequest, match="no second embedding model"):
                    await change()
            await corpus.migration.embed("green")
            with pytest.raises(InvalidRequest, match="no third one's") as error:
                await corpus.migration.embed("red")
            assert "--finish" in error.value.next_step

    asyncio.run(walk())
