"""What stands around a chunk is found within its section, and no farther than the reach."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.found import FoundChunk, find_chunks
from plimsoll.knowledge.tables.surroundings import find_around
from plimsoll.records import Principal

from flow.knowledge.asking import Asking, asking

pytestmark = pytest.mark.anyio
ME = Principal.local()
LONG = " ".join(
    f"Sentence number {n} of this page speaks of soup, notes, trains and whatever else." for n in range(150)
)
FILES = {f"docs/{name}.md": f"# One\n\n{LONG}\n\n# Two\n\n{LONG}\n" for name in "ab"}


async def every_chunk(corpus: Asking) -> list[FoundChunk]:
    ids = await corpus.store.read(lambda connection: connection.execute(select(CHUNKS.c.id)).scalars().all())
    found = await corpus.store.read(lambda connection: find_chunks(connection, "docs", ids, caller=ME))
    return sorted(found.chunks.values(), key=lambda one: (one.document_id, one.place))


def is_around(chunk: FoundChunk, given: list[FoundChunk], reach: int) -> bool:
    return any(
        (chunk.document_id, chunk.section) == (one.document_id, one.section) and abs(chunk.place - one.place) <= reach
        for one in given
    )


async def test_it_is_what_a_look_at_every_chunk_finds(tmp_path: Path):
    draw = np.random.default_rng(7)
    async with asking(tmp_path, FILES) as corpus:
        chunks = await every_chunk(corpus)
        assert len({(one.document_id, one.section) for one in chunks}) == 4
        for reach in (1, 2, 25):
            for _ in range(5):
                places: list[int] = draw.choice(len(chunks), size=draw.integers(1, 6), replace=False).tolist()
                given = [chunks[place] for place in places]
                near = await corpus.store.read(
                    lambda connection, given=given, reach=reach: find_around(
                        connection, "docs", given, reach=reach, caller=ME
                    )
                )
                assert [one.id for one in near] == [one.id for one in chunks if is_around(one, given, reach)]


async def test_nothing_stands_beside_a_chunk_for_those_who_may_not_read_it(tmp_path: Path):
    async with asking(tmp_path, FILES) as corpus:
        chunks = await every_chunk(corpus)
        await corpus.change("docs/a.md", readers=["group:pay"])
        near = await corpus.store.read(
            lambda connection: find_around(connection, "docs", chunks[:1] + chunks[-1:], reach=2, caller=ME)
        )
    assert {one.source for one in near} == {"docs/b.md"}
