"""An open corpus over a database in a folder, for tests."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer

from plimsoll.knowledge import Corpus, CorpusOptions, DeclaredSource, TextEmbedder
from plimsoll.knowledge.index.publishing import index_folder
from plimsoll.knowledge.tables.indexed import page_chunks
from plimsoll.records import SystemClock
from plimsoll.store import Store

from unit.knowledge.scripted_embedder import ScriptedEmbedder


@asynccontextmanager
async def opened(
    folder: Path,
    embedder: TextEmbedder | None = None,
    *,
    tracer: Tracer | None = None,
    url: str | None = None,
    index: Path | None = None,
    options: CorpusOptions | None = None,
    sources: Sequence[DeclaredSource] = (),
    models: Mapping[str, TextEmbedder] | None = None,
) -> AsyncGenerator[Corpus]:
    """Open the corpus whose database and index lie in the folder, unless another URL or index folder is given."""
    clock = SystemClock()

    async def load(name: str) -> TextEmbedder:
        return (models or {})[name]

    store = await Store.open(url or f"sqlite:///{folder / 'state.db'}", schema="state", clock=clock)
    corpus = await Corpus.open(
        "docs",
        store=store,
        folder=index or folder / "index",
        embedder=embedder or ScriptedEmbedder(),
        tracer=tracer or TracerProvider(shutdown_on_exit=False).get_tracer("tests"),
        clock=clock,
        options=msgspec.structs.replace(
            options or CorpusOptions(), embedding="blue", load_embedder=load if models else None
        ),
    )
    corpus.declare(sources)
    try:
        yield corpus
    finally:
        await corpus.close()
        await store.close()


def published_in(folder: Path, fingerprint: str = "scripted") -> Path:
    """Return the folder of the index of a corpus that was opened over the folder."""
    return index_folder(folder / "index" / "docs", fingerprint)


async def kept_texts(url: str) -> dict[str, list[str]]:
    """Return the embedded texts by document, sorted, as the truth holds them; read past the corpus."""
    store = await Store.open(url, schema="state", clock=SystemClock())
    try:
        chunks = await store.read(
            lambda connection: page_chunks(connection, "docs", fingerprint="scripted", after="", limit=99_999)
        )
    finally:
        await store.close()
    found: dict[str, list[str]] = {}
    for chunk in chunks:
        found.setdefault(chunk.source, []).append(chunk.text)
    return {source: sorted(texts) for source, texts in found.items()}


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, making folders as needed."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
