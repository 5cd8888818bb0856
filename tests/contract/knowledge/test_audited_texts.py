"""What an audit reads of chunks, on every database: each once, page by page, and of one corpus only."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.knowledge import Corpus, read_audited_texts
from plimsoll.knowledge.tables.audited import AuditedText, count_stray_chunks, page_texts
from plimsoll.records import SystemClock
from plimsoll.store import Store

from contract.store.databases import BOTH, database, opened
from flow.knowledge.opened import write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

pytestmark = pytest.mark.anyio
FILES = {f"docs/{number}.md": f"# Rule {number}\n\nRule number {number} holds for all.\n" for number in range(7)}


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as address:
        yield address


async def ingest(store: Store, folder: Path, name: str) -> None:
    corpus = await Corpus.open(
        name,
        store=store,
        folder=folder / "index",
        embedder=ScriptedEmbedder(),
        tracer=TracerProvider(shutdown_on_exit=False).get_tracer("tests"),
        clock=SystemClock(),
    )
    await corpus.ingest([folder / name], root=folder)
    await corpus.close()


async def test_each_chunk_of_the_corpus_is_read_once(url: str, tmp_path: Path):
    write_files(tmp_path, {**FILES, "other/a.md": "# Another\n\nAnother corpus says this.\n"})
    read: list[AuditedText] = []
    async with opened(url) as store:
        await ingest(store, tmp_path, "docs")
        await ingest(store, tmp_path, "other")
        while page := await store.read(
            lambda c, after=read[-1].id if read else "": page_texts(c, "docs", after=after, limit=3)
        ):
            assert len(page) <= 3
            read += page
        assert await store.read(count_stray_chunks) == 0
        texts = await read_audited_texts(store, "docs", fingerprint=ScriptedEmbedder().fingerprint)
    assert sorted(one.text for one in read) == [f"Rule number {number} holds for all." for number in range(7)]
    assert len({one.id for one in read}) == 7
    assert (sum(texts.chunks.values()), texts.other_models, texts.stray, texts.has_changed) == (
        7,
        frozenset(),
        0,
        False,
    )
