"""A corpus: documents under one name, ingested, kept current and searched. Projects open it, features retrieve from it.

It owns the threads in which models and files are worked on; the event loop never waits for either. What each step
does stands in `ingest`, `snapshot` and `retrieve`.
"""

import asyncio
import contextvars
import errno
import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar

import msgspec
from opentelemetry.trace import Tracer, get_current_span

from plimsoll.errors import DiskFull, InvalidRequest, Overloaded, StoreUnavailable
from plimsoll.knowledge.chunking import Chunking
from plimsoll.knowledge.index.building import build_snapshot
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.index.snapshot import (
    Snapshot,
    SnapshotDamaged,
    current_name,
    open_snapshot,
    publish_snapshot,
)
from plimsoll.knowledge.ingestion.ingest import Wiring
from plimsoll.knowledge.ingestion.keeping import LOCK, Keeping, record_ingestion
from plimsoll.knowledge.ingestion.lock import hold_lock
from plimsoll.knowledge.ingestion.reports import IngestProgress, IngestReport, SyncReport
from plimsoll.knowledge.parse import ParseLimits
from plimsoll.knowledge.retrieval.attempt import LONGEST_SECONDS
from plimsoll.knowledge.retrieval.plan import RetrievalPlan, change_plan
from plimsoll.knowledge.retrieval.rerank import Reranker
from plimsoll.knowledge.retrieval.result import RetrievalResult
from plimsoll.knowledge.retrieval.rewriting import Rewriter
from plimsoll.knowledge.retrieval.search import Searcher, SearchParts
from plimsoll.knowledge.sources.source import DeclaredSource
from plimsoll.knowledge.sources.state import SourceState
from plimsoll.knowledge.table import (
    CorpusStats,
    DocumentRow,
    IndexedChunk,
    count_corpus,
    ensure_corpus,
    find_chunks,
    list_documents,
    page_chunks,
    read_seq,
)
from plimsoll.knowledge.tables.chunk_sizes import ChunkSize, list_chunk_sizes
from plimsoll.knowledge.where import Where
from plimsoll.records import LOCAL_TENANT, Clock, Message, Principal, new_id
from plimsoll.store import Store

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}")
_SEARCH_THREADS = 4
_EMBED_THREADS = 2
_PAGE = 500

T = TypeVar("T")


class CorpusOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus may be opened with, beside what it cannot do without."""

    limits: ParseLimits = ParseLimits()
    """Bounds on what is read from one file."""
    chunking: Chunking = Chunking()
    """How documents are cut."""
    plan: RetrievalPlan = RetrievalPlan()
    """How questions are answered that bring no plan of their own."""
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
        self._store = store
        self._folder = folder
        self._embedder = embedder
        self._tracer = tracer
        self._clock = clock
        self._searchers: Executor = ThreadPoolExecutor(_SEARCH_THREADS, f"search-{name}")
        self._builder: Executor = ThreadPoolExecutor(1, f"ingest-{name}")
        self._embedders: Executor = ThreadPoolExecutor(_EMBED_THREADS, f"embed-{name}")
        self._keeping = self._make_keeping(options)
        self._snapshot: Snapshot | None = None
        self._rebuilding: asyncio.Task[None] | None = None
        self._searcher = self._make_searcher(options)

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
        return Keeping(wiring, folder=self._folder)

    def _make_searcher(self, options: CorpusOptions) -> Searcher:
        parts = SearchParts(
            corpus=self.name,
            store=self._store,
            index=self,
            embedder=self._embedder,
            clock=self._clock,
            tracer=self._tracer,
            searchers=self._searchers,
            embedders=self._embedders,
            max_ages=lambda: self.max_ages,
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
            await corpus._call(corpus._builder, corpus._make_folder)
            await store.write(lambda connection: ensure_corpus(connection, name))
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
    ) -> IngestReport:
        """Bring the corpus to what the files and folders say, and publish an index of it.

        Sources are named relative to `root`. Unchanged files are passed over; documents under a named folder whose
        file is gone are forgotten; a document that fails is reported and does not stop the others.
        Raises NotFound for a path that does not exist, InvalidRequest where there is nothing to read, Overloaded
        while another process ingests, DiskFull and StoreUnavailable. When interrupted, run it again: it resumes.
        """
        with self._tracer.start_as_current_span(f"ingest {self.name}") as span:
            span.set_attribute("plimsoll.kind", "parse")
            asked = [Path(path) for path in paths]
            report = await self._keeping.ingest(asked, root=root, tenant=tenant, progress=progress, then=self._publish)
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
            span.set_attribute("plimsoll.kind", "parse")
            reports = await self._keeping.sync(names, progress=progress, then=self._publish)
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

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        """Return those of the chunks that still exist and that the caller may read now."""
        ids = list(chunk_ids)
        found = await self._store.read(lambda connection: find_chunks(connection, self.name, ids, caller=caller))
        return frozenset(found.chunks)

    async def documents(self, *, tenant: str | None = None, limit: int = 1_000) -> list[DocumentRow]:
        """Return documents by source, those that could not be read among them; of one tenant or of all."""
        return await self._store.read(
            lambda connection: list_documents(connection, self.name, tenant=tenant, limit=limit)
        )

    async def chunk_sizes(self) -> list[ChunkSize]:
        """Return how many tokens each chunk has, and whether it was cut within a sentence, by document and place."""
        return await self._store.read(lambda connection: list_chunk_sizes(connection, self.name))

    async def stats(self, *, tenant: str | None = None) -> CorpusStats:
        """Return how much the corpus knows, of one tenant or of all."""
        return await self._store.read(lambda connection: count_corpus(connection, self.name, tenant=tenant))

    async def close(self) -> None:
        """Stop background work and end the threads; closing again does nothing."""
        if self._rebuilding is not None:
            self._rebuilding.cancel()
            await asyncio.gather(self._rebuilding, return_exceptions=True)
        for threads in (self._searchers, self._embedders, self._builder):
            await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
        self._snapshot = None

    @property
    def _lock(self) -> Path:
        return self._folder / LOCK

    async def current(self) -> Snapshot:
        """Return the open index, built first where there is none."""
        return self._snapshot or await self._load() or await self._ready()

    async def _ready(self) -> Snapshot:
        async with hold_lock(self._lock, wait_seconds=LONGEST_SECONDS, what=f"building the index of {self.name!r}"):
            return self._snapshot or await self._load() or await self._build()

    async def newer_than(self, snapshot: Snapshot) -> Snapshot | None:
        """Return the index that another process published since; None where it did not."""
        name = await self._call(self._searchers, lambda: current_name(self._folder))
        return None if name == snapshot.folder.name else await self._load()

    async def _load(self) -> Snapshot | None:
        try:
            self._snapshot = await self._call(
                self._searchers, lambda: open_snapshot(self._folder, fingerprint=self._embedder.fingerprint)
            )
        except SnapshotDamaged as error:
            get_current_span().add_event("index is damaged and is built again", {"plimsoll.reason": str(error)})
            self._snapshot = None
        return self._snapshot

    def rebuild_soon(self) -> None:
        """Bring the index up to the truth in the background."""
        if self._rebuilding is None or self._rebuilding.done():
            self._rebuilding = asyncio.create_task(self._rebuild(), context=contextvars.Context())

    async def _rebuild(self) -> None:
        try:
            async with hold_lock(self._lock, wait_seconds=0, what="ingesting"):
                await self._publish()
        except Overloaded:
            return  # whoever holds the lock is ingesting, and publishes an index at its end

    async def _publish(self) -> None:
        seq = await self._store.read(lambda connection: read_seq(connection, self.name))
        snapshot = self._snapshot or await self._load()
        if snapshot is None or snapshot.manifest.seq != seq:
            await self._build()

    async def _build(self) -> Snapshot:
        seq, pages = await self._read_chunks()
        name = f"{seq:08d}-{new_id(self._clock)}"
        self._snapshot = await self._call(self._builder, lambda: self._write(pages, seq=seq, name=name))
        return self._snapshot

    async def _read_chunks(self) -> tuple[int, list[list[IndexedChunk]]]:
        # The number is read first: chunks that come in between make the snapshot newer than it claims, never older.
        seq = await self._store.read(lambda connection: read_seq(connection, self.name))
        pages: list[list[IndexedChunk]] = []
        after = ""
        while True:
            page = await self._store.read(
                lambda connection, after=after: page_chunks(connection, self.name, after=after, limit=_PAGE)
            )
            if not page:
                return seq, pages
            pages.append(page)
            after = page[-1].id

    def _write(self, pages: Sequence[Sequence[IndexedChunk]], *, seq: int, name: str) -> Snapshot:
        try:
            built = build_snapshot(
                self._folder,
                pages,
                seq=seq,
                fingerprint=self._embedder.fingerprint,
                dimensions=self._embedder.dimensions,
                name=name,
            )
            publish_snapshot(built)
        except OSError as error:
            raise self._explain(error) from error
        snapshot = open_snapshot(self._folder, fingerprint=self._embedder.fingerprint)
        if snapshot is None:
            raise StoreUnavailable(f"The index under {str(self._folder)!r} was replaced by another version.")
        return snapshot

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.touch()
        except OSError as error:
            raise self._explain(error) from error

    def _explain(self, error: OSError) -> DiskFull | StoreUnavailable:
        # numpy reports a write that the disk cut short without the system's number.
        if error.errno in {errno.ENOSPC, errno.EDQUOT, None}:
            return DiskFull(
                f"There is no room left under {str(self._folder)!r}.", next_step="Free some and run it again."
            )
        return StoreUnavailable(
            f"The index folder {str(self._folder)!r} cannot be written: {error.strerror}.",
            next_step="Check its owner and permissions.",
        )

    async def _call(self, threads: Executor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)
