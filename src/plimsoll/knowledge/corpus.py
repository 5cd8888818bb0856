"""A corpus: documents under one name, ingested, kept current and searched. Projects open it, features retrieve from it.

It owns the threads in which models and files are worked on; the event loop never waits for either. What each step
does stands in `keeping`, `publishing` and `search`.
"""

import asyncio
import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Self

import msgspec
from opentelemetry.trace import Tracer

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.chunking import Chunking
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.index.publishing import Publishing, PublishingParts
from plimsoll.knowledge.index.serving import LoadEmbedder, Pinned, Served, Serving
from plimsoll.knowledge.ingestion.ingest import Wiring
from plimsoll.knowledge.ingestion.keeping import Keeping, record_ingestion
from plimsoll.knowledge.ingestion.reports import IngestProgress, IngestReport, SyncReport
from plimsoll.knowledge.migration import Migration, MigrationParts
from plimsoll.knowledge.parse import ParseLimits
from plimsoll.knowledge.retrieval.fitted import FittedRetrieval
from plimsoll.knowledge.retrieval.plan import RetrievalPlan, change_plan
from plimsoll.knowledge.retrieval.rerank import Reranker
from plimsoll.knowledge.retrieval.result import RetrievalResult
from plimsoll.knowledge.retrieval.rewriting import Rewriter
from plimsoll.knowledge.retrieval.search import Searcher, SearchParts
from plimsoll.knowledge.retrieval.weighed import WeighedCandidates
from plimsoll.knowledge.sources.source import DeclaredSource
from plimsoll.knowledge.sources.state import SourceState
from plimsoll.knowledge.tables.chunk_sizes import ChunkSize, list_chunk_sizes
from plimsoll.knowledge.tables.corpora import ensure_corpus
from plimsoll.knowledge.tables.documents import DocumentRow, list_documents
from plimsoll.knowledge.tables.found import find_chunks
from plimsoll.knowledge.tables.statistics import CorpusStats, count_corpus
from plimsoll.knowledge.where import Where
from plimsoll.records import LOCAL_TENANT, Clock, Message, Principal
from plimsoll.store import Store

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}")
_SEARCH_THREADS = 4
_EMBED_THREADS = 2


class CorpusOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus may be opened with, beside what it cannot do without."""

    embedding: str = "given"
    """What settings call the embedding model that it is opened with; a new corpus is embedded with that one."""
    load_embedder: LoadEmbedder | None = None
    """Loads another embedding model by what settings call it, where the corpus changed or changes its model."""
    limits: ParseLimits = ParseLimits()
    """Bounds on what is read from one file."""
    chunking: Chunking = Chunking()
    """How documents are cut."""
    plan: RetrievalPlan = RetrievalPlan()
    """How questions are answered that bring no plan of their own."""
    fitted: FittedRetrieval = FittedRetrieval()
    """Constants that were fitted for it."""
    reranker: Reranker | None = None
    """What orders candidates anew, for plans that ask for it."""
    rewriter: Rewriter | None = None
    """What prepares questions, for plans that ask for it."""


class Corpus:
    """Documents under one name. Make one with `await Corpus.open(…)` and end it with `await corpus.close()`."""

    def __init__(
        self,
        name: str,
        *,
        store: Store,
        folder: Path,
        embedder: TextEmbedder,
        tracer: Tracer,
        clock: Clock,
        options: CorpusOptions,
    ) -> None:
        self.name = name
        self.plan = options.plan
        self.options = options
        self._store = store
        self._folder = folder
        self._embedder = embedder
        self._tracer = tracer
        self._clock = clock
        self._searchers: Executor = ThreadPoolExecutor(_SEARCH_THREADS, f"search-{name}")
        self._builder: Executor = ThreadPoolExecutor(1, f"ingest-{name}")
        self._embedders: Executor = ThreadPoolExecutor(_EMBED_THREADS, f"embed-{name}")
        self._serving = Serving(
            name, store=store, embedder=embedder, index_of=self._make_publishing, load=options.load_embedder
        )
        self._keeping = self._make_keeping(options)
        self._searcher = self._make_searcher(options, self._serving)

    def _make_keeping(self, options: CorpusOptions) -> Keeping:
        wiring = Wiring(
            corpus=self.name,
            tenant=LOCAL_TENANT,
            store=self._store,
            embedder=self._embedder,
            clock=self._clock,
            threads=self._builder,
            limits=options.limits,
            chunking=options.chunking,
            progress=None,
        )
        return Keeping(wiring, folder=self._folder, serving=self._serving)

    def _make_publishing(self, embedder: TextEmbedder) -> Publishing:
        parts = PublishingParts(
            corpus=self.name,
            store=self._store,
            folder=self._folder,
            embedder=embedder,
            clock=self._clock,
            searchers=self._searchers,
            builder=self._builder,
        )
        return Publishing(parts)

    def _make_searcher(self, options: CorpusOptions, serving: Served) -> Searcher:
        parts = SearchParts(
            corpus=self.name,
            store=self._store,
            serving=serving,
            clock=self._clock,
            tracer=self._tracer,
            searchers=self._searchers,
            embedders=self._embedders,
            max_ages=lambda: self.max_ages,
            fitted=options.fitted,
            reranker=options.reranker,
            rewriter=options.rewriter,
        )
        return Searcher(parts)

    @classmethod
    async def open(
        cls,
        name: str,
        *,
        store: Store,
        folder: Path,
        embedder: TextEmbedder,
        tracer: Tracer,
        clock: Clock,
        options: CorpusOptions | None = None,
    ) -> Self:
        """Open the corpus, empty where it is new. `folder` takes index files, which may be deleted at any time.

        Raises InvalidRequest for a name that is not letters, digits, `-` and `_`, and StoreUnavailable.
        """
        if _NAME.fullmatch(name) is None:
            raise InvalidRequest(
                f"{name!r} cannot name a corpus.", next_step="Use at most 64 letters, digits, '-' and '_'."
            )
        corpus = cls(
            name,
            store=store,
            folder=folder / name,
            embedder=embedder,
            tracer=tracer,
            clock=clock,
            options=options or CorpusOptions(),
        )
        try:
            model = corpus.options.embedding
            await store.write(
                lambda connection: ensure_corpus(connection, name, fingerprint=embedder.fingerprint, model=model)
            )
            await corpus._serving.start()
        except BaseException:
            await corpus.close()
            raise
        return corpus

    async def ingest(
        self,
        paths: Sequence[Path | str],
        *,
        root: Path,
        progress: Callable[[IngestProgress], None] | None = None,
        tenant: str = LOCAL_TENANT,
        confirm_loss: bool = False,
    ) -> IngestReport:
        """Bring the corpus to what the files and folders say, and publish an index of it.

        Sources are named relative to `root`. Unchanged files are passed over; documents under a named folder whose
        file is gone are forgotten; a document that fails is reported and does not stop the others.
        Raises NeedsConfirmation, unless `confirm_loss`, where more than 30 % of the documents would be forgotten;
        NotFound for a path that does not exist, InvalidRequest where there is nothing to read, Overloaded while another
        process ingests, DiskFull and StoreUnavailable. When interrupted, run it again: it resumes.
        """
        with self._tracer.start_as_current_span(f"ingest {self.name}") as span:
            span.set_attribute("plimsoll.kind", "operation")
            asked = [Path(path) for path in paths]
            report = await self._keeping.ingest(
                asked,
                root=root,
                tenant=tenant,
                confirm_loss=confirm_loss,
                progress=progress,
                then=self._serving.publish,
            )
            record_ingestion(span, report)
            return report

    def declare(self, sources: Sequence[DeclaredSource]) -> None:
        """Say which sources `sync` reads, in this order, in place of those that were said before."""
        self._keeping.declare(sources)

    async def sync(
        self, names: Sequence[str] = (), *, progress: Callable[[IngestProgress], None] | None = None
    ) -> list[SyncReport]:
        """Bring the corpus to what its declared sources say now, all of them or those named; publish an index of it.

        A source that cannot be reached, or suddenly lists much less, changes nothing and is reported.
        Raises NotFound for a name that is not declared, Overloaded while another process ingests, DiskFull and
        StoreUnavailable. When interrupted, run it again: it resumes.
        """
        with self._tracer.start_as_current_span(f"sync {self.name}") as span:
            span.set_attribute("plimsoll.kind", "operation")
            reports = await self._keeping.sync(names, progress=progress, then=self._serving.publish)
            for report in reports:
                span.add_event(f"source {report.source}", {"plimsoll.result": report.result})
            return reports

    async def confirm(self, name: str) -> None:
        """Let the next synchronisation of a held source take what it was held for; NotFound unless it is held."""
        await self._keeping.confirm(name)

    async def sources(self) -> list[SourceState]:
        """Return how each declared source fares: last synchronisation, its result, age, and whether it is held."""
        return await self._keeping.describe()

    @property
    def max_ages(self) -> dict[str, timedelta]:
        """Return the age from which a source's documents are stale, by origin, of the sources that declare one."""
        return self._keeping.max_ages

    async def retrieve(
        self,
        query: str,
        *,
        passages: int | None = None,
        caller: Principal,
        where: Where | None = None,
        plan: RetrievalPlan | None = None,
        conversation: Sequence[Message] = (),
    ) -> RetrievalResult:
        """Return the passages nearest to the query that the caller may read, with highlights.

        They are chosen as the plan says, the corpus's own unless another is given; `passages` and `where` change it.
        `conversation` is what was said before, oldest first, for a plan that rewrites.
        Raises InvalidRequest for an empty or endless query, for a number of passages beyond 1 to 50 and for a step that
        the corpus has no model for, Overloaded when the time is over (10 s where the plan says nothing),
        StoreUnavailable.
        """
        return await self._searcher.retrieve(
            query,
            plan=change_plan(plan or self.plan, passages=passages, where=where),
            caller=caller,
            conversation=conversation,
        )

    async def weigh(self, query: str, *, caller: Principal) -> WeighedCandidates:
        """Return every candidate that the caller may read as each leg scores it; raises as `retrieve` does."""
        return await self._searcher.weigh(query, caller=caller)

    @property
    def embedder(self) -> TextEmbedder:
        """Return the embedding model that serves."""
        return self._serving.current.embedder

    @property
    def migration(self) -> Migration:
        """Return the way to another embedding model."""
        parts = MigrationParts(
            corpus=self.name, store=self._store, serving=self._serving, keeping=self._keeping, threads=self._builder
        )
        return Migration(parts, clock=self._clock)

    async def retrieve_with_coming(
        self, query: str, *, passages: int | None = None, caller: Principal
    ) -> RetrievalResult:
        """Return what `retrieve` would with the coming embedding model. Raises InvalidRequest where there is none."""
        side = await self.migration.coming()
        searcher = self._make_searcher(self.options, Pinned(side))
        return await searcher.retrieve(query, plan=change_plan(self.plan, passages=passages), caller=caller)

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        """Return those of the chunks that still exist and that the caller may read now."""
        ids = list(chunk_ids)
        found = await self._store.read(lambda connection: find_chunks(connection, self.name, ids, caller=caller))
        return frozenset(found.chunks)

    async def documents(self, *, tenant: str | None = None) -> list[DocumentRow]:
        """Return all documents by source, those that could not be read among them; of one tenant or of all."""
        return await self._store.read(lambda connection: list_documents(connection, self.name, tenant=tenant))

    async def chunk_sizes(self) -> list[ChunkSize]:
        """Return how many tokens each chunk has, and whether it was cut within a sentence, by document and place."""
        return await self._store.read(lambda connection: list_chunk_sizes(connection, self.name))

    async def stats(self, *, tenant: str | None = None) -> CorpusStats:
        """Return how much the corpus knows, of one tenant or of all."""
        return await self._store.read(lambda connection: count_corpus(connection, self.name, tenant=tenant))

    async def close(self) -> None:
        """Stop background work and end the threads; closing again does nothing."""
        await self._serving.close()
        for threads in (self._searchers, self._embedders, self._builder):
            await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
