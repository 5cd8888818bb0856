"""An open corpus over a database in a folder, for tests."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer

from plimsoll.knowledge import Chunking, Corpus, CorpusOptions, DeclaredSource, ParseLimits, TextEmbedder
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
    limits: ParseLimits | None = None,
    chunking: Chunking | None = None,
    sources: Sequence[DeclaredSource] = (),
) -> AsyncGenerator[Corpus]:
    """Open the corpus whose database and index lie in the folder, unless another URL or index folder is given."""
    clock = SystemClock()
    store = await Store.open(url or f"sqlite:///{folder / 'state.db'}", schema="state", clock=clock)
    corpus = await Corpus.open(
        "docs",
        store=store,
        folder=index or folder / "index",
        embedder=embedder or ScriptedEmbedder(),
        tracer=tracer or TracerProvider(shutdown_on_exit=False).get_tracer("tests"),
        clock=clock,
        options=CorpusOptions(limits=limits or ParseLimits(), chunking=chunking or Chunking()),
    )
    corpus.declare(sources)
    try:
        yield corpus
    finally:
        await corpus.close()
        await store.close()


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, making folders as needed."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
