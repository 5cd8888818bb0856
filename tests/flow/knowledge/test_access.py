"""Who may read what: decided before ranking, and again by the table, also while the index is behind it."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update

from plimsoll.knowledge import Corpus
from plimsoll.knowledge.readers import may_read
from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store

from flow.knowledge.asking import asking
from flow.knowledge.opened import opened, published_in, write_files

FILES = {f"docs/{n}.md": f"# Page {n}\n\nSoup is served at {n} o'clock.\n" for n in range(6)}
NAMES = st.sets(st.sampled_from(["public", "user:ada", "user:bob", "group:pay"]), min_size=1, max_size=2)
READERS = st.lists(NAMES.map(lambda names: tuple(sorted(names))), min_size=6, max_size=6)
CALLERS = (
    Principal(id="user:ada"),
    Principal(id="user:bob", groups=frozenset({"pay"})),
    Principal(id="user:eve", scopes=frozenset({"admin"})),
    Principal(id="user:ada", tenant="other", groups=frozenset({"pay"})),
)


def set_readers(connection: Connection, readers: Mapping[str, Sequence[str]]) -> None:
    for source, names in readers.items():
        connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.source == source).values(readers=list(names)))


async def sources_of(corpus: Corpus, caller: Principal) -> set[str]:
    result = await corpus.retrieve("When is soup served?", caller=caller)
    return {passage.source for passage in result.passages}


@settings(max_examples=8, deadline=None)
@given(READERS, READERS)
def test_a_reader_who_was_taken_away_reads_nothing_more_though_the_index_is_stale(
    before: list[tuple[str, ...]], after: list[tuple[str, ...]]
) -> None:
    async def walk(folder: Path) -> None:
        write_files(folder, FILES)
        store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=SystemClock())
        try:
            async with opened(folder) as ingesting:
                await ingesting.ingest(["docs"], root=folder)
            await store.write(lambda connection: set_readers(connection, dict(zip(FILES, before, strict=True))))
            (published_in(folder) / "current").unlink()
            async with opened(folder) as corpus:
                for caller in CALLERS:
                    old = {s for s, names in zip(FILES, before, strict=True) if may_read(names, caller)}
                    assert await sources_of(corpus, caller) == (old if caller.tenant == "local" else set())
                await store.write(lambda connection: set_readers(connection, dict(zip(FILES, after, strict=True))))
                for caller in CALLERS:
                    new = {s for s, names in zip(FILES, after, strict=True) if may_read(names, caller)}
                    assert await sources_of(corpus, caller) <= (new if caller.tenant == "local" else set())
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(walk(Path(folder)))


def test_pages_that_a_caller_may_not_read_do_not_crowd_out_the_one_they_may(tmp_path: Path) -> None:
    closed = {f"docs/{n}.md": "Soup soup soup is served at noon. Soup is served." for n in range(90)}
    write_files(tmp_path, {**closed, "docs/open.md": "Something about trains, and some soup."})

    async def walk() -> set[str]:
        store = await Store.open(f"sqlite:///{tmp_path / 'state.db'}", schema="state", clock=SystemClock())
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
        await store.write(lambda connection: set_readers(connection, dict.fromkeys(closed, ("group:pay",))))
        await store.close()
        (published_in(tmp_path) / "current").unlink()
        async with opened(tmp_path) as corpus:
            return await sources_of(corpus, Principal(id="user:eve"))

    assert asyncio.run(walk()) == {"docs/open.md"}


def test_what_is_readable_now_is_told_of_chunks_whatever_they_were_before(tmp_path: Path) -> None:
    ada, eve, stranger = Principal(id="user:ada"), Principal(id="user:eve"), Principal(id="user:ada", tenant="other")

    async def walk() -> None:
        async with asking(tmp_path, FILES) as docs:
            first, second, *_ = (await docs.ask("When is soup served?", caller=ada)).passages
            ids = [first.chunk_id, second.chunk_id, "unknown"]
            assert await docs.corpus.readable(ids, caller=eve) == {first.chunk_id, second.chunk_id}
            await docs.change(first.source, readers=["user:ada"])
            assert await docs.corpus.readable(ids, caller=ada) == {first.chunk_id, second.chunk_id}
            assert await docs.corpus.readable(ids, caller=eve) == {second.chunk_id}
            assert await docs.corpus.readable(ids, caller=stranger) == frozenset()
            assert await docs.corpus.readable((), caller=ada) == frozenset()
            (tmp_path / second.source).unlink()
            await docs.corpus.ingest([tmp_path / "docs"], root=tmp_path)
            assert second.chunk_id not in await docs.corpus.readable(ids, caller=ada)

    asyncio.run(walk())
