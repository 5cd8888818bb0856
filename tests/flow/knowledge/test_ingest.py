"""Ingestion: files become answers, changes are followed, failures stay with their document."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.errors import InvalidRequest, InvalidSettings, NeedsConfirmation, NotFound
from plimsoll.knowledge import Corpus, CorpusOptions, IngestProgress, IngestReport, ParseLimits
from plimsoll.records import Principal

from flow.knowledge.opened import opened, write_files
from unit.knowledge.pdf_files import pdf_file
from unit.knowledge.scripted_embedder import ScriptedEmbedder

FILES = {
    "docs/leave.md": "# Leave\n\nEveryone gets thirty days of leave.\n\n## Sick\n\nSick leave is paid.\n",
    "docs/deep/travel.txt": "Travel is booked by the office. Trains come first.",
    "docs/.git/config.md": "hidden",
    "docs/node_modules/x.md": "hidden",
    "docs/logo.svg": "<svg/>",
}


async def sources(corpus: Corpus, question: str) -> list[str]:
    return [passage.source for passage in (await corpus.retrieve(question, caller=Principal.local())).passages]


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


def test_a_folder_is_ingested_in_depth_and_other_kinds_are_counted(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    told: list[IngestProgress] = []

    async def walk() -> IngestReport:
        async with opened(tmp_path) as corpus:
            report = await corpus.ingest(["docs"], root=tmp_path, progress=told.append)
            assert await sources(corpus, "Which travel is booked?") == [
                "docs/deep/travel.txt",
                "docs/leave.md",
                "docs/leave.md",
            ]
            return report

    report = asyncio.run(walk())
    assert counts(report) == (2, 0, 0, 0)
    assert (report.skipped, report.chunks, report.failed) == ({".svg": 1}, 3, ())
    assert [(step.done, step.total, step.source) for step in told] == [
        (1, 2, "docs/deep/travel.txt"),
        (2, 2, "docs/leave.md"),
    ]


def test_a_second_ingestion_follows_changes_and_removals_and_skips_the_rest(tmp_path: Path) -> None:
    write_files(tmp_path, FILES | {"docs/old.md": "Old rules.", "docs/b.md": "More.", "elsewhere.md": "Another place."})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            assert counts(await corpus.ingest(["docs", "elsewhere.md"], root=tmp_path)) == (5, 0, 0, 0)
            (tmp_path / "docs/old.md").unlink()
            write_files(tmp_path, {"docs/leave.md": "# Leave\n\nForty days.\n", "docs/new.md": "New rules."})
            assert counts(await corpus.ingest(["docs"], root=tmp_path)) == (1, 1, 2, 1)
            assert counts(await corpus.ingest(["docs"], root=tmp_path)) == (0, 0, 4, 0)
            assert sorted(row.source for row in await corpus.documents()) == [
                "docs/b.md",
                "docs/deep/travel.txt",
                "docs/leave.md",
                "docs/new.md",
                "elsewhere.md",
            ]

    asyncio.run(walk())


def test_a_document_that_fails_is_reported_and_the_others_are_ingested(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/good.md": "Good text."})
    (tmp_path / "docs/broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "docs/junk.md").write_bytes(bytes(range(256)))
    (tmp_path / "docs/fine.pdf").write_bytes(pdf_file("A fine page."))

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            report = await corpus.ingest(["docs"], root=tmp_path)
            assert report.added == 2
            assert [(failed.source, failed.code) for failed in report.failed] == [
                ("docs/broken.pdf", "unreadable_document"),
                ("docs/junk.md", "unreadable_document"),
            ]
            stats = await corpus.stats()
            assert (stats.documents, stats.failed, stats.chunks, stats.sentences) == (2, 2, 2, 2)

    asyncio.run(walk())


def test_a_document_that_becomes_unreadable_is_no_longer_answered_from(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.md": "Thirty days of leave.", "docs/b.md": "Other things."})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            (tmp_path / "docs/a.md").write_bytes(b"\x00\x01")
            assert len((await corpus.ingest(["docs"], root=tmp_path)).failed) == 1
            assert await sources(corpus, "How much leave?") == ["docs/b.md"]
            write_files(tmp_path, {"docs/a.md": "Thirty days of leave."})
            assert counts(await corpus.ingest(["docs"], root=tmp_path)) == (0, 1, 1, 0)

    asyncio.run(walk())


def test_an_empty_folder_and_a_missing_path_are_clear_errors(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/logo.svg": "<svg/>"})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            with pytest.raises(InvalidRequest, match="There is nothing to read in 'docs': 1 files, none of a known"):
                await corpus.ingest(["docs"], root=tmp_path)
            with pytest.raises(NotFound, match="There is no file or folder 'dcos'"):
                await corpus.ingest(["dcos"], root=tmp_path)

    asyncio.run(walk())


@pytest.mark.parametrize(("lost", "because"), [(4, "It lists nothing; 4 documents"), (2, "lists 2 of 4 documents")])
def test_a_folder_that_lost_much_is_forgotten_only_when_a_person_confirms(
    tmp_path: Path, lost: int, because: str
) -> None:
    write_files(tmp_path, {f"docs/{number}.md": f"Rule {number} is one of the rules." for number in range(4)})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            for number in range(lost):
                (tmp_path / f"docs/{number}.md").unlink()
            with pytest.raises(NeedsConfirmation, match=f"'docs' is held, and nothing was changed.*{because}"):
                await corpus.ingest(["docs"], root=tmp_path)
            assert len(await sources(corpus, "Which rules?")) == 4
            confirmed = await corpus.ingest(["docs"], root=tmp_path, confirm_loss=True)
            assert counts(confirmed) == (0, 0, 4 - lost, lost)
            assert len(await sources(corpus, "Which rules?")) == 4 - lost

    asyncio.run(walk())


def test_a_folder_whose_files_were_all_renamed_lost_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, {f"docs/{number}.md": f"# Rule {number}\n\nIt holds." for number in range(4)})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            for number in range(4):
                (tmp_path / f"docs/{number}.md").rename(tmp_path / f"docs/rule-{number}.md")
            report = await corpus.ingest(["docs"], root=tmp_path)
            assert (report.moved, report.removed, report.texts_embedded) == (4, 0, 0)

    asyncio.run(walk())


def test_a_document_titled_by_its_name_takes_its_new_name_as_title(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/sick-leave.txt": "It is paid.", "docs/travel.md": "# On trains\n\nThey come first."})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            (tmp_path / "docs/sick-leave.txt").rename(tmp_path / "docs/holidays.txt")
            (tmp_path / "docs/travel.md").rename(tmp_path / "docs/journeys.md")
            report = await corpus.ingest(["docs"], root=tmp_path)
            assert (report.moved, report.added, report.removed) == (1, 1, 1)
            found = await corpus.retrieve("Are holidays paid?", caller=Principal.local())
            assert {passage.title for passage in found.passages} == {"holidays", "On trains"}

    asyncio.run(walk())


def test_a_document_that_fails_as_before_changes_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.md": "Thirty days of leave."})
    (tmp_path / "docs/b.md").write_bytes(b"\x00\x01")

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            before = await corpus.stats()
            assert len((await corpus.ingest(["docs"], root=tmp_path)).failed) == 1
            assert await corpus.stats() == before

    asyncio.run(walk())


def test_a_link_that_leads_back_is_followed_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.md": "Thirty days."})
    (tmp_path / "docs/loop").symlink_to(tmp_path / "docs", target_is_directory=True)

    async def walk() -> int:
        async with opened(tmp_path) as corpus:
            return (await corpus.ingest(["docs"], root=tmp_path)).added

    assert asyncio.run(walk()) == 1


def test_another_embedding_model_than_that_of_the_vectors_is_refused_with_the_next_step(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
        async with opened(tmp_path, ScriptedEmbedder("other")) as corpus:
            for refused in (
                corpus.retrieve("Which travel is booked?", caller=Principal.local()),
                corpus.ingest(["docs"], root=tmp_path),
            ):
                with pytest.raises(InvalidSettings, match="do not mix") as error:
                    await refused
                assert "plimsoll knowledge migrate docs" in error.value.next_step

    asyncio.run(walk())


def test_what_was_left_out_of_a_document_stands_in_its_row_and_in_the_report(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/sales.csv": "Region,Amount\nNorth,1\nSouth,2\nEast,3\n"})

    async def walk() -> tuple[IngestReport, str]:
        async with opened(tmp_path, options=CorpusOptions(limits=ParseLimits(max_rows=3))) as corpus:
            report = await corpus.ingest(["docs"], root=tmp_path)
            [document] = await corpus.documents()
            return report, document.truncated

    report, truncated = asyncio.run(walk())
    assert truncated == "Only the first 3 rows were taken."
    assert report.notes == ("'docs/sales.csv': Only the first 3 rows were taken.",)


def test_a_text_file_that_is_a_pdf_is_read_apart_as_one(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(pdf_file("Trains come first."))

    async def walk() -> tuple[IngestReport, list[str]]:
        async with opened(tmp_path) as corpus:
            report = await corpus.ingest(["page.txt"], root=tmp_path)
            return report, await sources(corpus, "What comes first?")

    report, found = asyncio.run(walk())
    assert (report.failed, found) == ((), ["page.txt"])
    assert "is a PDF in spite of its ending" in report.notes[0]
