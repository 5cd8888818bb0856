"""Synchronising a folder: what changed is read, what moved keeps its vectors, what is gone answers no more."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from plimsoll.errors import NotFound
from plimsoll.knowledge import Corpus, DeclaredSource, FolderSource, SyncReport
from plimsoll.records import Principal

from flow.knowledge.opened import opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

RULES = {f"rules/{number}.md": f"# Rule {number}\n\nRule number {number} holds for all.\n" for number in range(6)}
ADA, BOB = Principal(id="user:ada"), Principal(id="user:bob")


def rules(folder: Path, **declared: object) -> DeclaredSource:
    source = FolderSource(["rules"], root=folder)
    return DeclaredSource(name="rules", source=source, **declared)  # pyright: ignore[reportArgumentType]


def run(
    folder: Path,
    walk: Callable[[Corpus], Awaitable[None]],
    *,
    embedder: ScriptedEmbedder | None = None,
    declared: DeclaredSource | None = None,
) -> None:
    async def opening() -> None:
        async with opened(folder, embedder, sources=[declared or rules(folder)]) as corpus:
            await walk(corpus)

    asyncio.run(opening())


async def synced(corpus: Corpus) -> SyncReport:
    [report] = await corpus.sync()
    return report


async def found(corpus: Corpus, question: str, caller: Principal = ADA) -> set[str]:
    return {passage.source for passage in (await corpus.retrieve(question, passages=20, caller=caller)).passages}


def counts(report: SyncReport) -> tuple[int, ...]:
    done = report.report
    assert done is not None
    return (done.added, done.changed, done.moved, done.described, done.unchanged, done.removed)


def test_only_what_changed_is_read_and_embedded(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)
    embedder = ScriptedEmbedder()

    async def walk(corpus: Corpus) -> None:
        assert counts(await synced(corpus)) == (6, 0, 0, 0, 0, 0)
        embedder.embedded.clear()
        (tmp_path / "rules/0.md").unlink()
        (tmp_path / "rules/1.md").rename(tmp_path / "rules/one.md")
        write_files(tmp_path, {"rules/2.md": "# Rule 2\n\nRule number 2 is new.\n", "rules/9.md": "Nine is new."})
        report = await synced(corpus)
        assert counts(report) == (1, 1, 1, 0, 3, 1)
        assert [text.split("\n")[-1] for text in embedder.embedded] == ["Nine is new.", "Rule number 2 is new."]
        assert report.report is not None
        assert report.report.texts_embedded == 2
        assert await found(corpus, "Which rule number?") == {f"rules/{n}.md" for n in ("one", "2", "3", "4", "5", "9")}

    run(tmp_path, walk, embedder=embedder)


def test_a_changed_document_has_only_its_changed_sections_embedded(tmp_path: Path) -> None:
    parts = [f"## Part {number}\n\nThe part with number {number} says this.\n" for number in range(5)]
    write_files(tmp_path, {"rules/a.md": "# All\n\n" + "\n".join(parts)})
    embedder = ScriptedEmbedder()

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        embedder.embedded.clear()
        parts[3] = "## Part 3\n\nThe third part says that.\n"
        write_files(tmp_path, {"rules/a.md": "# All\n\n" + "\n".join(parts)})
        assert counts(await synced(corpus)) == (0, 1, 0, 0, 0, 0)
        assert len(embedder.embedded) == 1
        assert "third part" in embedder.embedded[0]

    run(tmp_path, walk, embedder=embedder)


def test_a_deleted_document_answers_no_more_though_an_old_index_still_holds_it(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)

    async def walk() -> None:
        async with (
            opened(tmp_path, sources=[rules(tmp_path)], index=tmp_path / "writing") as writing,
            opened(tmp_path, sources=[rules(tmp_path)], index=tmp_path / "asking") as asking,
        ):
            await synced(writing)
            assert "rules/3.md" in await found(asking, "Rule number 3?")
            (tmp_path / "rules/3.md").unlink()
            await synced(writing)
            assert "rules/3.md" not in await found(asking, "Rule number 3?")

    asyncio.run(walk())


def test_new_readers_hold_at_once_and_embed_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)
    embedder = ScriptedEmbedder()

    async def walk() -> None:
        async with opened(tmp_path, embedder, sources=[rules(tmp_path)]) as before:
            await synced(before)
            assert await found(before, "Rule number 3?", BOB)
            embedder.embedded.clear()
            async with opened(tmp_path, embedder, sources=[rules(tmp_path, readers=("user:ada",))]) as after:
                assert counts(await synced(after)) == (0, 0, 0, 6, 0, 0)
            assert embedder.embedded == []
            assert await found(before, "Rule number 3?", BOB) == set()
            assert await found(before, "Rule number 3?", ADA)

    asyncio.run(walk())


@pytest.mark.parametrize("lost", [2, 6])
def test_a_source_that_loses_too_much_is_held_until_a_person_confirms(tmp_path: Path, lost: int) -> None:
    write_files(tmp_path, RULES)

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        for number in range(lost):
            (tmp_path / f"rules/{number}.md").unlink()
        held = await synced(corpus)
        assert (held.result, held.report) == ("held", None)
        assert (await corpus.sources())[0].is_held
        assert "rules/0.md" in await found(corpus, "Which rule number?")
        await corpus.confirm("rules")
        assert counts(await synced(corpus)) == (0, 0, 0, 0, 6 - lost, lost)
        assert not (await corpus.sources())[0].is_held
        with pytest.raises(NotFound, match="is not held"):
            await corpus.confirm("rules")

    run(tmp_path, walk)


def test_a_confirmation_does_not_cover_a_greater_loss(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        for number in range(2):
            (tmp_path / f"rules/{number}.md").unlink()
        await synced(corpus)
        await corpus.confirm("rules")
        (tmp_path / "rules/2.md").unlink()
        assert (await synced(corpus)).result == "held"

    run(tmp_path, walk)


def test_a_folder_renamed_as_a_whole_is_no_loss(tmp_path: Path) -> None:
    write_files(tmp_path, {f"rules/old/{number}.md": text for number, text in enumerate(RULES.values())})

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        (tmp_path / "rules/old").rename(tmp_path / "rules/new")
        assert counts(await synced(corpus)) == (0, 0, 6, 0, 0, 0)

    run(tmp_path, walk)


def test_a_folder_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        (tmp_path / "rules").rename(tmp_path / "elsewhere")
        report = await synced(corpus)
        assert (report.result, report.report) == ("unreachable", None)
        assert "There is no file or folder 'rules'" in report.message
        assert (await corpus.stats()).documents == 6
        [state] = await corpus.sources()
        assert state.succeeded_at is not None
        assert state.finished_at is not None
        assert state.succeeded_at < state.finished_at

    run(tmp_path, walk)


def test_every_document_seen_again_is_dated_by_it(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        before = {row.source: row for row in await corpus.documents()}
        await synced(corpus)
        after = await corpus.documents()
        assert all(row.checked_at > before[row.source].checked_at for row in after)
        assert all(row.ingested_at == before[row.source].ingested_at for row in after)
        assert {row.origin for row in after} == {"rules"}

    run(tmp_path, walk)


def test_what_was_ingested_from_elsewhere_is_not_forgotten_with_the_declared_paths(tmp_path: Path) -> None:
    write_files(tmp_path, RULES | {"elsewhere/a.md": "Another place has rules."})
    paths = DeclaredSource(name="", source=FolderSource(["rules"], root=tmp_path))

    async def walk(corpus: Corpus) -> None:
        await corpus.ingest(["elsewhere"], root=tmp_path)
        assert counts(await synced(corpus)) == (6, 0, 0, 0, 0, 0)
        (tmp_path / "rules/0.md").unlink()
        assert counts(await synced(corpus)) == (0, 0, 0, 0, 5, 1)
        assert "elsewhere/a.md" in {row.source for row in await corpus.documents()}

    run(tmp_path, walk, declared=paths)


def test_naming_the_file_of_a_source_unsays_nothing_that_the_source_says_of_it(tmp_path: Path) -> None:
    write_files(tmp_path, RULES)

    async def walk(corpus: Corpus) -> None:
        await synced(corpus)
        write_files(tmp_path, {"rules/1.md": "Rule number 1 was changed."})
        await corpus.ingest(["rules"], root=tmp_path)
        row = next(row for row in await corpus.documents() if row.source == "rules/1.md")
        assert (row.origin, row.readers, row.metadata) == ("rules", ("user:ada",), {"team": "law"})

    run(tmp_path, walk, declared=rules(tmp_path, readers=("user:ada",), metadata={"team": "law"}))
