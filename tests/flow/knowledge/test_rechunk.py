"""Another chunking re-reads the documents of its corpus once, and answers follow it."""

import asyncio
from pathlib import Path

from plimsoll.knowledge import Chunking, CorpusOptions, make_chunking
from plimsoll.records import Principal

from flow.knowledge.opened import opened, write_files

FILES = {"docs/leave.md": "# Leave\n\nOne is paid. Two is unpaid. Three is sick.\n", "docs/travel.txt": "Trains first."}


async def ingest(folder: Path, chunking: Chunking) -> tuple[int, int, list[str]]:
    async with opened(folder, options=CorpusOptions(chunking=chunking)) as corpus:
        report = await corpus.ingest(["docs"], root=folder)
        found = await corpus.retrieve("What is paid?", caller=Principal.local())
        return report.changed, report.unchanged, sorted(p.text for p in found.passages if p.title == "Leave")


def test_a_change_of_the_chunking_reads_its_documents_again_once(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    windows = make_chunking("sentence_window", {"sentences": 2, "overlap": 1})

    async def walk() -> None:
        await ingest(tmp_path, Chunking())
        two = ["One is paid. Two is unpaid.", "Two is unpaid. Three is sick."]
        assert await ingest(tmp_path, windows) == (2, 0, two)
        assert await ingest(tmp_path, windows) == (0, 2, two)
        assert await ingest(tmp_path, Chunking()) == (2, 0, ["One is paid. Two is unpaid. Three is sick."])

    asyncio.run(walk())
