"""The corpora of a project as somebody may see them: how they fare, what is in them, why a search finds what it does.

`ProjectKnowledge.seen_by` makes one; the console and the API call it. A caller sees what documents let them read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
from opentelemetry.trace import format_trace_id

from plimsoll.knowledge import (
    Ages,
    DocumentPage,
    DocumentText,
    KeptReport,
    SourceState,
    browse_documents,
    filter_documents,
    find_readable,
    measure_corpus,
    read_document,
    read_embedding_state,
    read_kept,
    read_published,
)
from plimsoll.project.knowledge.asked import BenchAsked, BenchResult, DocumentsAsked
from plimsoll.project.knowledge.card import CorpusCard, EmbeddingInUse, make_card
from plimsoll.project.operation_span import operation_span
from plimsoll.project.parts import Parts
from plimsoll.records import Principal

CHUNKS_A_PAGE = 100


class SeenKnowledge:
    """The corpora of a project, looked at by a caller. Each method raises NotFound for an unknown corpus."""

    def __init__(
        self, parts: Parts, caller: Principal, *, sources: Callable[[str], Awaitable[list[SourceState]]]
    ) -> None:
        """Take the parts of the project, who looks, and what tells how the sources of a corpus fare."""
        self._parts = parts
        self._caller = caller
        self._sources = sources

    async def cards(self) -> list[CorpusCard]:
        """Return how every corpus fares."""
        return [await self.card(name) for name in self._parts.corpora.declared]

    async def card(self, name: str) -> CorpusCard:
        """Return how a corpus fares, counted over the caller's tenant."""
        sources = await self._sources(name)
        corpus, folder = await self._parts.corpora.get(name), self._parts.corpora.index_folder(name)
        models = await read_embedding_state(self._parts.state, name)
        embedding = EmbeddingInUse(
            name=models.model, fingerprint=models.fingerprint, dimensions=corpus.embedder.dimensions
        )
        return make_card(
            name,
            await measure_corpus(self._parts.state, name, tenant=self._caller.tenant),
            embedding=embedding,
            published=await asyncio.to_thread(read_published, folder, models.fingerprint),
            sources=sources,
            now=self._parts.clock.now(),
        )

    async def documents(self, name: str, asked: DocumentsAsked) -> DocumentPage:
        """Return the documents that are asked for, as far as the caller may read them."""
        ages = await self._ages(name)
        where = filter_documents(self._caller, ages, origin=asked.origin, state=asked.state, text=asked.text)
        return await browse_documents(self._parts.state, name, where, place=asked.place, ages=ages)

    async def document(self, name: str, document_id: str, *, first: int = 0) -> DocumentText:
        """Return a document with its chunks from a place on.

        Raises NotFound where it is not there, and in the same words where it is not for the caller.
        """
        ages = await self._ages(name)
        return await read_document(
            self._parts.state, name, document_id, caller=self._caller, ages=ages, first=first, limit=CHUNKS_A_PAGE
        )

    async def kept_audits(self, name: str) -> KeptReport:
        """Return the last audit that was kept, as far as it is about what the caller may read, and the history.

        The numbers of the history are of the whole corpus.
        """
        kept = await read_kept(self._parts.state, self._parts.corpora.require(name))
        if kept.report is None:
            return kept
        subjects = sorted({subject for finding in kept.report.findings for subject in finding.subjects})
        readable = await find_readable(self._parts.state, name, subjects, caller=self._caller)
        return msgspec.structs.replace(kept, report=kept.report.about(readable, tenant=self._caller.tenant))

    async def bench(self, name: str, asked: BenchAsked) -> BenchResult:
        """Put a question to a corpus and return what it finds, and why.

        Raises InvalidRequest for a question or a plan that means nothing, Overloaded when the time is over.
        """
        corpus, clock = await self._parts.corpora.get(name), self._parts.clock
        plan = asked.change(self._parts.corpora.plans[name])
        began = clock.monotonic()
        with operation_span(self._parts.capture.tracer, f"bench {name}", caller=self._caller) as span:
            span.set_attribute("plimsoll.input", msgspec.json.encode({"text": asked.question}).decode())
            result = await corpus.retrieve(asked.question, caller=self._caller, plan=plan)
        return BenchResult(
            corpus=name,
            question=asked.question,
            plan=plan,
            result=result,
            answerable_at=result.answerable_at,
            took_ms=(clock.monotonic() - began) * 1_000,
            trace_id=format_trace_id(span.get_span_context().trace_id),
        )

    async def _ages(self, name: str) -> Ages:
        corpus = await self._parts.corpora.get(name)
        hours = self._parts.corpora.plans[name].max_age_hours
        otherwise = timedelta(hours=hours) if hours else None
        return Ages(now=self._parts.clock.now(), max_ages=corpus.max_ages, otherwise=otherwise)
