"""One retrieval, from the question to packed passages: rewrite, search, look up, rerank, widen, pack, assemble.

`Corpus` makes a `Searcher` and hands questions over. The steps decide in files of their own; here they are put in
order, moved into threads, and held to the plan's deadline. Every step that is dropped for it is recorded.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

import msgspec
import numpy as np
from opentelemetry.trace import Tracer, get_current_span

from plimsoll.errors import InvalidRequest, Overloaded, PlimsollError
from plimsoll.knowledge.index.embedding import TextEmbedder, Vectors
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.retrieval.assembling import assemble
from plimsoll.knowledge.retrieval.attempt import Attempt
from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.knowledge.retrieval.contending import Field, contend, count_wanted
from plimsoll.knowledge.retrieval.freshness import Freshness
from plimsoll.knowledge.retrieval.packing import pack, put_in_order
from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.remembered import RememberedResults, ids_of, key_of
from plimsoll.knowledge.retrieval.rerank import Reranker, RerankStep, rerank_all
from plimsoll.knowledge.retrieval.result import LeftOut, RetrievalResult
from plimsoll.knowledge.retrieval.retrieval_span import describe_asked, describe_result
from plimsoll.knowledge.retrieval.retrieve import Search, search_question, weigh_question
from plimsoll.knowledge.retrieval.rewriting import MOST_QUESTIONS, Rewriter
from plimsoll.knowledge.retrieval.widening import SectionKey, section_of, widen_all
from plimsoll.knowledge.table import FoundChunk, FoundChunks, find_chunks
from plimsoll.knowledge.tables.surroundings import FARTHEST, find_around
from plimsoll.records import Clock, Message, Principal
from plimsoll.store import Store

_LONGEST_QUESTION = 4_000
_RECHECK_SECONDS = 1.0
_MOST_EMBEDDING = 16

T = TypeVar("T")


class PublishedIndex(Protocol):
    """The derived index of a corpus, as a search needs it."""

    async def current(self) -> Snapshot:
        """Return the open snapshot, built first where there is none."""
        ...

    async def newer_than(self, snapshot: Snapshot) -> Snapshot | None:
        """Return what another process published since; None where nothing was."""
        ...

    def rebuild_soon(self) -> None:
        """Bring the index up to the truth in the background."""
        ...


@dataclass(frozen=True, kw_only=True)
class SearchParts:
    """What searching one corpus needs."""

    corpus: str
    """Its name."""
    store: Store
    """Where its truth lies."""
    index: PublishedIndex
    """What is searched."""
    embedder: TextEmbedder
    """What embeds questions and counts tokens."""
    clock: Clock
    """Where the time comes from."""
    tracer: Tracer
    """Where spans begin."""
    searchers: Executor
    """Threads that search."""
    embedders: Executor
    """Threads that embed questions which have a deadline, so that a model that hangs keeps no search waiting."""
    max_ages: Callable[[], Mapping[str, timedelta]]
    """Returns the greatest age that each declared source allows."""
    reranker: Reranker | None = None
    """What orders candidates anew."""
    rewriter: Rewriter | None = None
    """What prepares questions."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    text: str
    plan: RetrievalPlan
    caller: Principal
    conversation: tuple[Message, ...]
    attempt: Attempt
    freshness: Freshness


class _Wanted(msgspec.Struct, frozen=True):
    questions: tuple[str, ...]
    vectors: Vectors | None


class _Hit(msgspec.Struct, frozen=True):
    snapshot: Snapshot
    searches: Sequence[Search]
    found: FoundChunks


class Searcher:
    """Answers questions with passages of one corpus."""

    def __init__(self, parts: SearchParts) -> None:
        self._parts = parts
        self._remembered = RememberedResults()
        self._embedding = threading.BoundedSemaphore(_MOST_EMBEDDING)

    async def retrieve(
        self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: Sequence[Message] = ()
    ) -> RetrievalResult:
        """Return the passages nearest to the query that the caller may read, as the plan says.

        Raises InvalidRequest for an empty or endless query and for a step that the corpus cannot do, Overloaded when
        the time is over and nothing is remembered, StoreUnavailable.
        """
        self._check(query, plan)
        with self._parts.tracer.start_as_current_span(f"retrieve {self._parts.corpus}") as span:
            describe_asked(span, corpus=self._parts.corpus, query=query)
            asked = self._ask(query, plan=plan, caller=caller, conversation=tuple(conversation))
            key = key_of((query, *(turn.content for turn in asked.conversation)), plan, caller)
            try:
                async with asyncio.timeout(asked.attempt.seconds):
                    result = await self._find(asked)
            except TimeoutError as error:
                result = await self._serve_remembered(asked, key, error)
            else:
                if asked.attempt.has_deadline:
                    self._remembered.keep(key, result)
            describe_result(span, result)
            return result

    def forget(self) -> None:
        """Forget the results that are kept for bad times."""
        self._remembered.clear()

    def _ask(self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: tuple[Message, ...]) -> _Asked:
        otherwise = timedelta(hours=plan.max_age_hours) if plan.max_age_hours else None
        return _Asked(
            text=query,
            plan=plan,
            caller=caller,
            conversation=conversation,
            attempt=Attempt(plan, self._parts.clock),
            freshness=Freshness(now=self._parts.clock.now(), max_ages=self._parts.max_ages(), otherwise=otherwise),
        )

    def _check(self, query: str, plan: RetrievalPlan) -> None:
        if not query.strip():
            raise InvalidRequest("The question is empty.", next_step="Ask something.")
        if len(query) > _LONGEST_QUESTION:
            raise InvalidRequest(
                f"The question has {len(query):,} characters; at most {_LONGEST_QUESTION:,} are taken.",
                next_step="Shorten it.",
            )
        for step, part in (("rerank", self._parts.reranker), ("rewrite", self._parts.rewriter)):
            if getattr(plan, step) and part is None:
                raise InvalidRequest(
                    f"The corpus {self._parts.corpus!r} cannot {step}: no model is declared for it.",
                    next_step=f"Add {step}_model to [knowledge.{self._parts.corpus}.retrieval] in plimsoll.toml.",
                )

    async def _find(self, asked: _Asked) -> RetrievalResult:
        questions = await self._questions(asked)
        wanted = _Wanted(questions, await self._vectors(asked, questions))
        hit = await self._look_well(asked, wanted)
        if asked.plan.is_plain:
            return await self._in_thread(lambda: self._finish(asked, hit, self._field(asked, hit), around={}))
        ranked = await self._in_thread(lambda: self._field(asked, hit))
        if asked.plan.rerank and self._parts.reranker is not None:
            step = RerankStep(attempt=asked.attempt, candidates=asked.plan.rerank_candidates, caller=asked.caller)
            better = await rerank_all(self._parts.reranker, ranked.contenders, question=asked.text, step=step)
            ranked = msgspec.structs.replace(ranked, contenders=better)
        around = await self._around(asked, ranked.contenders)
        return await self._in_thread(lambda: self._finish(asked, hit, ranked, around=around))

    async def _questions(self, asked: _Asked) -> tuple[str, ...]:
        """Return what is searched for: the question, or what the rewriter made of it."""
        rewriter, attempt = self._parts.rewriter, asked.attempt
        if not asked.plan.rewrite or rewriter is None:
            return (asked.text,)
        seconds = attempt.seconds_to_rewrite()
        try:
            async with asyncio.timeout(seconds):
                written = await rewriter.rewrite(
                    asked.text, conversation=asked.conversation, caller=asked.caller, timeout_seconds=seconds
                )
        except TimeoutError:
            attempt.drop("rewrite", f"no answer within {seconds * 1_000:.0f} ms")
        except Exception as error:  # noqa: BLE001 - the plug-in boundary: the plain question is always there
            attempt.drop("rewrite", _name_failure(error))
        else:
            usable = tuple(one for one in written if one.strip() and len(one) <= _LONGEST_QUESTION)
            if usable:
                return usable[:MOST_QUESTIONS]
            attempt.drop("rewrite", "it wrote no question")
        return (asked.text,)

    async def _vectors(self, asked: _Asked, questions: tuple[str, ...]) -> Vectors | None:
        """Return the questions' vectors, of zeros where they do not come in time; None: embed them while searching."""
        attempt = asked.attempt
        if not attempt.has_deadline:
            return None
        seconds = attempt.seconds_to_embed()
        try:
            async with asyncio.timeout(seconds):
                return await self._embed(questions)
        except TimeoutError:
            attempt.drop("dense", f"no vector within {seconds * 1_000:.0f} ms")
        except PlimsollError as error:
            attempt.drop("dense", _name_failure(error))
        return np.zeros((len(questions), self._parts.embedder.dimensions), np.float32)

    async def _embed(self, questions: tuple[str, ...]) -> Vectors:
        if not self._embedding.acquire(blocking=False):
            raise Overloaded(f"{_MOST_EMBEDDING} questions wait for the embedding model.")
        try:
            job = self._parts.embedders.submit(self._parts.embedder.embed, questions)
        except BaseException:
            self._embedding.release()
            raise
        # Counted until the model is done, however long its caller waits: threads cannot be stopped.
        job.add_done_callback(lambda _: self._embedding.release())
        return await asyncio.wrap_future(job)

    async def _look_well(self, asked: _Asked, wanted: _Wanted) -> _Hit:
        """Search the published index, a newer one where the truth has moved on."""
        index = self._parts.index
        snapshot = await index.current()
        hit = await self._look(snapshot, asked, wanted)
        if hit.found.seq != snapshot.manifest.seq:
            newer = await index.newer_than(snapshot)
            if newer is not None:
                hit = await self._look(newer, asked, wanted)
            if hit.found.seq != hit.snapshot.manifest.seq:
                get_current_span().add_event("index is stale", {"plimsoll.index_seq": hit.snapshot.manifest.seq})
                index.rebuild_soon()
        return hit

    async def _look(self, snapshot: Snapshot, asked: _Asked, wanted: _Wanted) -> _Hit:
        parts, limit = self._parts, count_wanted(asked.plan)

        def search() -> list[Search]:
            known = parts.embedder.embed(wanted.questions) if wanted.vectors is None else wanted.vectors
            view = snapshot.view(asked.caller, asked.plan.where)
            return [
                search_question(snapshot, weigh_question(snapshot, text, vector=vector), view=view, limit=limit)
                for text, vector in zip(wanted.questions, known, strict=True)
            ]

        searches = await self._in_thread(search)
        ids = list(dict.fromkeys(candidate.chunk_id for one in searches for candidate in one.candidates))
        found = await parts.store.read(
            lambda connection: find_chunks(connection, parts.corpus, ids, caller=asked.caller)
        )
        return _Hit(snapshot, searches, found)

    def _field(self, asked: _Asked, hit: _Hit) -> Field:
        return contend(hit.searches, hit.found, plan=asked.plan, freshness=asked.freshness)

    async def _around(self, asked: _Asked, contenders: Sequence[Contender]) -> dict[SectionKey, list[FoundChunk]]:
        if asked.plan.widen == "none" or not contenders:
            return {}
        chunks = [contender.chunk for contender in contenders[: count_wanted(asked.plan)]]
        reach = 1 if asked.plan.widen == "neighbours" else FARTHEST
        near = await self._parts.store.read(
            lambda connection: find_around(connection, self._parts.corpus, chunks, reach=reach, caller=asked.caller)
        )
        around: dict[SectionKey, list[FoundChunk]] = {}
        for chunk in near:
            around.setdefault(section_of(chunk), []).append(chunk)
        return around

    def _finish(
        self, asked: _Asked, hit: _Hit, ranked: Field, *, around: Mapping[SectionKey, Sequence[FoundChunk]]
    ) -> RetrievalResult:
        plan, questions = asked.plan, [search.question for search in hit.searches]
        stretches = widen_all(ranked.contenders, around, widen=plan.widen)
        packed = pack(
            stretches,
            most=plan.passages,
            token_budget=plan.token_budget,
            count_tokens=self._parts.embedder.count_tokens,
        )
        ordered = put_in_order(packed.stretches, plan.order)
        made = assemble(hit.snapshot, questions, ordered, freshness=asked.freshness)
        finding = made.finding
        if ranked.stale and not made.is_answerable:
            old = assemble(
                hit.snapshot, questions, widen_all(ranked.stale, {}, widen="none"), freshness=asked.freshness
            )
            finding = "stale" if old.is_answerable else "irrelevant"
        texts = tuple(question.text for question in questions)
        return RetrievalResult(
            passages=made.passages,
            answerability=made.answerability,
            is_answerable=made.is_answerable,
            index_seq=hit.snapshot.manifest.seq,
            finding=finding,
            questions=texts if texts != (asked.text,) else (),
            left_out=(*(_too_old(one) for one in ranked.stale), *packed.left_out),
            degraded=asked.attempt.dropped,
            tokens=packed.tokens,
        )

    async def _serve_remembered(self, asked: _Asked, key: bytes, late: TimeoutError) -> RetrievalResult:
        """Return what the same caller was given before, as far as it still stands in the truth."""
        corpus, seconds = self._parts.corpus, asked.attempt.seconds
        busy = Overloaded(f"Searching {corpus!r} took more than {seconds:g} s.", next_step="Try again later.")
        known = self._remembered.find(key)
        if known is None:
            raise busy from late
        ids = ids_of(known.passages)
        try:
            async with asyncio.timeout(_RECHECK_SECONDS):
                found = await self._parts.store.read(
                    lambda connection: find_chunks(connection, corpus, ids, caller=asked.caller)
                )
        except TimeoutError:
            raise busy from late
        asked.attempt.drop("search", f"not done within {seconds * 1_000:.0f} ms; what was found before is served")
        kept = tuple(one for one in known.passages if all(chunk in found.chunks for chunk in one.chunk_ids()))
        if not kept and known.passages:
            raise busy from late
        return msgspec.structs.replace(known, passages=kept, degraded=asked.attempt.dropped)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._parts.searchers, work)


def _too_old(contender: Contender) -> LeftOut:
    return LeftOut(chunk_id=contender.chunk.id, source=contender.chunk.source, reason="stale")


def _name_failure(error: Exception) -> str:
    return error.code if isinstance(error, PlimsollError) else type(error).__name__
