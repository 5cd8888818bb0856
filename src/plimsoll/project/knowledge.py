"""What people ask who look after the knowledge: how a corpus fares, what is in it, why a search finds what it does.

`Project.knowledge` is one of these; the console and the API call it. A caller sees what documents let them read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from opentelemetry.trace import format_trace_id

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import (
    Ages,
    DocumentPage,
    DocumentPlace,
    DocumentState,
    DocumentText,
    KeptReport,
    MetadataValue,
    RetrievalPlan,
    RetrievalResult,
    SourceState,
    SyncReport,
    Widen,
    browse_documents,
    change_plan,
    filter_documents,
    find_readable,
    measure_corpus,
    read_document,
    read_embedding_state,
    read_kept,
    read_published,
)
from plimsoll.project.corpus_card import CorpusCard, EmbeddingInUse, make_card
from plimsoll.project.embedding_change import EmbeddingChange
from plimsoll.project.parts import Parts
from plimsoll.project.retrieval_fit import RetrievalFit, fit_retrieval
from plimsoll.project.retrieval_quality import load_named_dataset
from plimsoll.records import Principal

CHUNKS_A_PAGE = 100


class DocumentsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which documents of a corpus somebody wants to see."""

    origin: str | None = None
    """Name of the source that they came from, empty for paths; None: any."""
    state: DocumentState | None = None
    """How they are; None: however."""
    text: str = ""
    """What stands in their title or source."""
    place: DocumentPlace = DocumentPlace()
    """Which part of them."""


class BenchAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A question put to a corpus to see what it finds, and what to change in the corpus's plan for it."""

    question: str
    """The question."""
    passages: int | None = None
    """How many passages; None: as the plan says."""
    widen: Widen | None = None
    """To what they are widened; None: as the plan says."""
    rerank: bool | None = None
    """Whether they are reranked; None: as the plan says."""
    origin: str | None = None
    """Only documents of this source; None: as the plan says."""
    source_prefix: str = ""
    """Only documents whose source begins so; empty: as the plan says."""
    metadata: Mapping[str, MetadataValue] = {}
    """Only documents whose source says this of them, besides what the plan says."""

    def change(self, plan: RetrievalPlan) -> RetrievalPlan:
        """Return the plan as it is changed. Raises InvalidRequest for a value that means nothing."""
        where = msgspec.structs.replace(
            plan.where,
            equals={**plan.where.equals, **self.metadata},
            origin=plan.where.origin if self.origin is None else self.origin,
            source_prefix=self.source_prefix or plan.where.source_prefix,
        )
        return change_plan(plan, passages=self.passages, widen=self.widen, rerank=self.rerank, where=where)


class BenchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus found for a question, and why."""

    corpus: str
    """The corpus."""
    question: str
    """The question."""
    plan: RetrievalPlan
    """How it was searched."""
    result: RetrievalResult
    """What was found, with the legs' scores, the verdict's signals and the time of each step."""
    answerable_at: float
    """The chance from which the corpus says that it can answer."""
    took_ms: float
    """How long all of it took, in milliseconds."""
    trace_id: str
    """Its trace."""


class Knowledge:
    """The corpora of a project, looked at. Each method raises NotFound for an unknown corpus."""

    def __init__(self, parts: Parts, *, sources: Callable[[str], Awaitable[list[SourceState]]], datasets: Path) -> None:
        """Take the parts of the project, and what tells how the sources of a corpus fare."""
        self._parts = parts
        self._sources = sources
        self._datasets = datasets

    async def cards(self, caller: Principal) -> list[CorpusCard]:
        """Return how every corpus fares."""
        return [await self.card(name, caller) for name in self._parts.corpora.declared]

    async def card(self, name: str, caller: Principal) -> CorpusCard:
        """Return how a corpus fares, counted over the caller's tenant."""
        sources = await self._sources(name)
        corpus, folder = await self._parts.corpora.get(name), self._parts.corpora.index_folder(name)
        models = await read_embedding_state(self._parts.state, name)
        embedding = EmbeddingInUse(
            name=models.model, fingerprint=models.fingerprint, dimensions=corpus.embedder.dimensions
        )
        return make_card(
            name,
            await measure_corpus(self._parts.state, name, tenant=caller.tenant),
            embedding=embedding,
            published=await asyncio.to_thread(read_published, folder, models.fingerprint),
            sources=sources,
            now=self._parts.clock.now(),
        )

    async def documents(self, name: str, asked: DocumentsAsked, *, caller: Principal) -> DocumentPage:
        """Return the documents that are asked for, as far as the caller may read them."""
        ages = await self._ages(name)
        where = filter_documents(caller, ages, origin=asked.origin, state=asked.state, text=asked.text)
        return await browse_documents(self._parts.state, name, where, place=asked.place, ages=ages)

    async def document(self, name: str, document_id: str, *, caller: Principal, first: int = 0) -> DocumentText:
        """Return a document with its chunks from a place on.

        Raises NotFound where it is not there, and in the same words where it is not for the caller.
        """
        ages = await self._ages(name)
        return await read_document(
            self._parts.state, name, document_id, caller=caller, ages=ages, first=first, limit=CHUNKS_A_PAGE
        )

    async def audit(self, name: str, *, caller: Principal) -> KeptReport:
        """Return the last audit that was kept, as far as it is about what the caller may read, and the history.

        The numbers of the history are of the whole corpus.
        """
        kept = await read_kept(self._parts.state, self._parts.corpora.require(name))
        if kept.report is None:
            return kept
        subjects = sorted({subject for finding in kept.report.findings for subject in finding.subjects})
        readable = await find_readable(self._parts.state, name, subjects, caller=caller)
        return msgspec.structs.replace(kept, report=kept.report.about(readable, tenant=caller.tenant))

    async def bench(self, name: str, asked: BenchAsked, *, caller: Principal) -> BenchResult:
        """Put a question to a corpus and return what it finds, and why.

        Raises InvalidRequest for a question or a plan that means nothing, Overloaded when the time is over.
        """
        corpus, clock = await self._parts.corpora.get(name), self._parts.clock
        plan = asked.change(self._parts.corpora.plans[name])
        began = clock.monotonic()
        with self._parts.capture.tracer.start_as_current_span(f"bench {name}") as span:
            span.set_attributes(
                {
                    "plimsoll.kind": "request",
                    "plimsoll.tenant": caller.tenant,
                    "plimsoll.subject": caller.id,
                    "plimsoll.input": msgspec.json.encode({"text": asked.question}).decode(),
                }
            )
            result = await corpus.retrieve(asked.question, caller=caller, plan=plan)
        return BenchResult(
            corpus=name,
            question=asked.question,
            plan=plan,
            result=result,
            answerable_at=result.answerable_at,
            took_ms=(clock.monotonic() - began) * 1_000,
            trace_id=format_trace_id(span.get_span_context().trace_id),
        )

    async def fit(
        self, name: str, dataset: str, *, caller: Principal, progress: Callable[[int, int], None] | None = None
    ) -> RetrievalFit:
        """Fit the constants of a corpus on a dataset's labels; nothing is changed.

        Raises NotFound for an unknown corpus, and InvalidDataset for an unusable dataset.
        """
        loaded = load_named_dataset(self._datasets, dataset)
        return await fit_retrieval(self._parts, name, loaded, caller=caller, progress=progress)

    async def migration(self, name: str) -> EmbeddingChange:
        """Return the way of a corpus to another embedding model."""
        return EmbeddingChange(self._parts, await self._parts.corpora.get(name), datasets=self._datasets)

    def plan(self, name: str) -> RetrievalPlan:
        """Return how the corpus is searched where nothing else is said."""
        return self._parts.corpora.plans[name]

    def can_rerank(self, name: str) -> bool:
        """Tell whether a reranker is declared for the corpus."""
        return bool(self._parts.corpora.declared[name].retrieval.rerank_model)

    async def confirm(self, name: str, source: str, *, seen: datetime) -> list[SyncReport]:
        """Take what the source is held for, as it was at the moment `seen`, and synchronise it.

        Raises NotFound unless it is held, and InvalidRequest where it was synchronised since.
        """
        corpus = await self._parts.corpora.get(name)
        state = next((one for one in await corpus.sources() if one.name == source), None)
        if state is not None and state.is_held and state.finished_at != seen:
            raise InvalidRequest(
                f"The source {source!r} was synchronised again since you looked.",
                next_step="Look at what it is held for now, and confirm that.",
            )
        await corpus.confirm(source)
        return await corpus.sync((source,))

    async def _ages(self, name: str) -> Ages:
        corpus = await self._parts.corpora.get(name)
        hours = self._parts.corpora.plans[name].max_age_hours
        otherwise = timedelta(hours=hours) if hours else None
        return Ages(now=self._parts.clock.now(), max_ages=corpus.max_ages, otherwise=otherwise)
