"""One retrieval, from the question to packed passages: rewrite, search, look up, rerank, widen, pack, assemble.

`Corpus` makes a `Searcher` and hands questions over. The steps decide in files of their own; here they are put in
order, moved into threads, and held to the plan's deadline. Every step that is dropped for it is recorded.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import msgspec
from opentelemetry.trace import Tracer, get_current_span

from plimsoll.errors import InvalidRequest, Overloaded, UpstreamError
from plimsoll.knowledge.index.serving import Served, Side
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.retrieval.asked import Asked, Hit, Wanted
from plimsoll.knowledge.retrieval.attempt import Attempt
from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.knowledge.retrieval.contending import Field, contend, count_wanted
from plimsoll.knowledge.retrieval.finishing import finish
from plimsoll.knowledge.retrieval.fitted import FittedRetrieval, UsableConstants
from plimsoll.knowledge.retrieval.freshness import Freshness
from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.preparing import Preparing, name_failure, no_vectors
from plimsoll.knowledge.retrieval.remembered import RememberedResults, bring_up_to_date, ids_of, key_of
from plimsoll.knowledge.retrieval.rerank import Reranker, RerankStep, rerank_all
from plimsoll.knowledge.retrieval.result import RetrievalResult
from plimsoll.knowledge.retrieval.retrieval_span import describe_asked, describe_result
from plimsoll.knowledge.retrieval.retrieve import Search, search_question, weigh_question
from plimsoll.knowledge.retrieval.rewriting import Rewriter
from plimsoll.knowledge.retrieval.weighed import WeighedCandidates, score_every_leg, weigh_candidates
from plimsoll.knowledge.retrieval.widening import section_of
from plimsoll.knowledge.tables.found import FoundChunk, find_chunks
from plimsoll.knowledge.tables.surroundings import FARTHEST, SectionKey, find_around
from plimsoll.records import Clock, Message, Principal
from plimsoll.store import Store

_LONGEST_QUESTION = 4_000
_RECHECK_SECONDS = 1.0

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SearchParts:
    """What searching one corpus needs."""

    corpus: str
    """Its name."""
    store: Store
    """Where its truth lies."""
    serving: Served
    """What is searched, and with which embedding model."""
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
    fitted: FittedRetrieval
    """Constants fitted for the corpus."""
    reranker: Reranker | None = None
    """What orders candidates anew."""
    rewriter: Rewriter | None = None
    """What prepares questions."""


class Searcher:
    """Answers questions with passages of one corpus."""

    def __init__(self, parts: SearchParts) -> None:
        self._parts = parts
        self._remembered = RememberedResults()
        self._preparing = Preparing(parts.rewriter, embedders=parts.embedders)

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
            for reason in self._constants(self._parts.serving.current).unused:
                span.add_event("fitted constants are not used", {"plimsoll.reason": reason})
            asked = self._ask(query, plan=plan, caller=caller, conversation=tuple(conversation))
            key = key_of((query, *(turn.content for turn in asked.conversation)), plan, caller)
            try:
                async with asyncio.timeout(asked.attempt.seconds):
                    result = await self._find(asked)
            except TimeoutError as error:
                result = await self._serve_remembered(asked, key, error)
            else:
                result = msgspec.structs.replace(result, times=asked.attempt.times)
                if asked.attempt.has_deadline:
                    self._remembered.keep(key, result)
            describe_result(span, result)
            return result

    async def weigh(self, query: str, *, caller: Principal) -> WeighedCandidates:
        """Return every candidate that the caller may read as each leg scores it, before anything is chosen."""
        self._check(query, RetrievalPlan())
        side, corpus = self._parts.serving.current, self._parts.corpus
        snapshot, embedder, mix = await side.index.current(), side.embedder, self._constants(side).mix
        scored = await self._in_thread(lambda: score_every_leg(snapshot, embedder, query, caller=caller))
        found = await self._parts.store.read(
            lambda connection: find_chunks(connection, corpus, scored.chunk_ids, caller=caller)
        )
        return await self._in_thread(lambda: weigh_candidates(snapshot, scored, found, mix=mix))

    def _constants(self, side: Side) -> UsableConstants:
        return self._parts.fitted.usable(side.embedder.fingerprint)

    def forget(self) -> None:
        """Forget the results that are kept for bad times."""
        self._remembered.clear()

    def _ask(self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: tuple[Message, ...]) -> Asked:
        otherwise = timedelta(hours=plan.max_age_hours) if plan.max_age_hours else None
        return Asked(
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

    async def _find(self, asked: Asked) -> RetrievalResult:
        times = asked.attempt
        questions = await self._preparing.questions(asked)
        hit = await self._look_well(asked, questions, self._parts.serving.current)
        if asked.plan.is_plain:
            with times.timed("assemble"):
                return await self._in_thread(lambda: self._finish(asked, hit, self._field(asked, hit), around={}))
        ranked = await self._in_thread(lambda: self._field(asked, hit))
        if asked.plan.rerank and self._parts.reranker is not None:
            step = RerankStep(attempt=asked.attempt, candidates=asked.plan.rerank_candidates, caller=asked.caller)
            # A follow-up means nothing by itself: the reranker reads what was searched for.
            question = " ".join(search.question.text for search in hit.searches)
            with times.timed("rerank"):
                better = await rerank_all(self._parts.reranker, ranked.contenders, question=question, step=step)
            ranked = msgspec.structs.replace(ranked, contenders=better)
        with times.timed("widen"):
            around = await self._around(asked, ranked.contenders)
        with times.timed("assemble"):
            return await self._in_thread(lambda: self._finish(asked, hit, ranked, around=around))

    async def _look_well(self, asked: Asked, questions: tuple[str, ...], side: Side) -> Hit:
        """Search the published index, a newer one where the truth has moved on, another model's where that serves."""
        index = side.index
        wanted = Wanted(side, questions, await self._preparing.vectors(asked, questions, side.embedder))
        snapshot = await index.current()
        hit = await self._look(snapshot, asked, wanted)
        if hit.found.fingerprint != side.embedder.fingerprint:
            serving = await self._parts.serving.turn(hit.found.fingerprint)
            if serving is not side:
                return await self._look_well(asked, questions, serving)
        if hit.found.seq != snapshot.manifest.seq:
            newer = await index.newer_than(snapshot)
            if newer is not None:
                hit = await self._look(newer, asked, wanted)
            if hit.found.seq != hit.snapshot.manifest.seq:
                get_current_span().add_event("index is stale", {"plimsoll.index_seq": hit.snapshot.manifest.seq})
                index.rebuild_soon()
        return hit

    async def _look(self, snapshot: Snapshot, asked: Asked, wanted: Wanted) -> Hit:
        parts, limit = self._parts, count_wanted(asked.plan)

        def search() -> list[Search]:
            known = wanted.vectors
            if known is None:
                with asked.attempt.timed("embed"):
                    known = wanted.side.embedder.embed(wanted.questions)
            with asked.attempt.timed("search"):
                view, mix = snapshot.view(asked.caller, asked.plan.where), self._constants(wanted.side).mix
                questions = [weigh_question(snapshot, *one) for one in zip(wanted.questions, known, strict=True)]
                return [search_question(snapshot, one, view=view, limit=limit, mix=mix) for one in questions]

        try:
            searches = await self._in_thread(search)
        except UpstreamError as error:  # the model is behind the gateway, and gives no vector: words are left
            asked.attempt.drop("dense", name_failure(error))
            without = no_vectors(wanted.questions, wanted.side.embedder)
            return await self._look(snapshot, asked, Wanted(wanted.side, wanted.questions, without))
        ids = list(dict.fromkeys(candidate.chunk_id for one in searches for candidate in one.candidates))
        with asked.attempt.timed("look up"):
            found = await parts.store.read(
                lambda connection: find_chunks(connection, parts.corpus, ids, caller=asked.caller)
            )
        return Hit(wanted.side, snapshot, searches, found)

    def _field(self, asked: Asked, hit: Hit) -> Field:
        return contend(hit.searches, hit.found, plan=asked.plan, freshness=asked.freshness)

    async def _around(self, asked: Asked, contenders: Sequence[Contender]) -> dict[SectionKey, list[FoundChunk]]:
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
        self, asked: Asked, hit: Hit, ranked: Field, *, around: Mapping[SectionKey, Sequence[FoundChunk]]
    ) -> RetrievalResult:
        return finish(asked, hit, ranked, around=around, fitted=self._constants(hit.side).answerability)

    async def _serve_remembered(self, asked: Asked, key: bytes, late: TimeoutError) -> RetrievalResult:
        """Return what the same caller was given before, as far as it still stands in the truth."""
        corpus, seconds = self._parts.corpus, asked.attempt.seconds
        busy = Overloaded(f"Searching {corpus!r} took more than {seconds:g} s.", next_step="Try again later.")
        known = self._remembered.find(key)
        if known is None:
            raise busy from late
        ids = ids_of(known)
        try:
            async with asyncio.timeout(_RECHECK_SECONDS):
                found = await self._parts.store.read(
                    lambda connection: find_chunks(connection, corpus, ids, caller=asked.caller)
                )
        except TimeoutError:
            raise busy from late
        still = bring_up_to_date(known, found, plan=asked.plan, freshness=asked.freshness)
        if still is None:
            raise busy from late
        asked.attempt.drop("search", f"not done within {seconds * 1_000:.0f} ms; what was found before is served")
        return msgspec.structs.replace(still, degraded=asked.attempt.dropped, times=())

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._parts.searchers, copy_context().run, work)
