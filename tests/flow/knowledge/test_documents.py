"""Listing documents misses none, however many there are."""

import asyncio
from pathlib import Path

from flow.knowledge.opened import opened, write_files

MANY = 1_002


def test_every_document_is_listed(tmp_path: Path) -> None:
    names = [f"docs/{number:04d}.md" for number in range(MANY)]
    write_files(tmp_path, {name: f"Rule of {name}." for name in names})

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            assert names == [row.source for row in await corpus.documents()]

    asyncio.run(walk())
