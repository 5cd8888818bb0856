"""A corpus with its reranker, rewriter and clock, its documents read, and every span kept, for tests that ask it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import Connection, update

from plimsoll.knowledge import Corpus, CorpusOptions, Reranker, RetrievalPlan, RetrievalResult, Rewriter, TextEmbedder
from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.records import Clock, Message, Principal, SystemClock
from plimsoll.store import Store

from flow.knowledge.opened import write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder


@dataclass(frozen=True, kw_only=True)
class Asking:
    """An open corpus, and what can be done to it behind its back."""

    corpus: Corpus
    store: Store
    exporter: InMemorySpanExporter

    async def ask(
        self,
        question: str,
        *,
        caller: Principal | None = None,
        before: Sequence[Message] = (),
        plan: RetrievalPlan | None = None,
        **changes: Any,
    ) -> RetrievalResult:
        """Ask with a plan, made of the changes unless one is given."""
        asked = plan or RetrievalPlan(**changes)
        return await self.corpus.retrieve(
            question, plan=asked, caller=caller or Principal.local(), conversation=tuple(before)
        )

    async def change(self, source: str, **values: object) -> None:
        """Change the row of a document in the table of truth, as a synchronisation would; the index is not told."""

        def write(connection: Connection) -> None:
            connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.source == source).values(**values))

        await self.store.write(write)

    def span(self) -> Mapping[str, Any]:
        """Return the attributes of the newest retrieval."""
        spans = [one for one in self.exporter.get_finished_spans() if one.name.startswith("retrieve ")]
        return dict(spans[-1].attributes or {})

    def events(self) -> list[str]:
        """Return what was noted in the newest retrieval."""
        spans = [one for one in self.exporter.get_finished_spans() if one.name.startswith("retrieve ")]
        return [event.name for event in spans[-1].events]


@asynccontextmanager
async def asking(
    folder: Path,
    files: Mapping[str, str],
    *,
    embedder: TextEmbedder | None = None,
    reranker: Reranker | None = None,
    rewriter: Rewriter | None = None,
    clock: Clock | None = None,
) -> AsyncGenerator[Asking]:
    """Write the files, read them into a corpus, and open it for questions; without files it is as it was left."""
    write_files(folder, files)
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    time = clock or SystemClock()
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=time)
    corpus = await Corpus.open(
        "docs",
        store=store,
        folder=folder / "index",
        embedder=embedder or ScriptedEmbedder(),
        tracer=provider.get_tracer("tests"),
        clock=time,
        options=CorpusOptions(reranker=reranker, rewriter=rewriter),
    )
    try:
        if files:
            await corpus.ingest([folder], root=folder)
        yield Asking(corpus=corpus, store=store, exporter=exporter)
    finally:
        await corpus.close()
        await store.close()


def steps(result: RetrievalResult) -> list[str]:
    """Return the steps that the retrieval did without, in order."""
    return [one.step for one in result.degraded]
