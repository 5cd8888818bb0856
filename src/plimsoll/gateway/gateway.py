"""The one door to every model: names resolved, calls carried out, each with a price, a trace and a receipt.

`features` and judges ask with `chat`, the server's wires with `answer` and `stream`. `project` builds it from the
settings and may swap its plan while calls are under way.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
import numpy as np
from opentelemetry.trace import Tracer

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.accounts import Account, Accounts
from plimsoll.gateway.cache.memory import MemoryCache
from plimsoll.gateway.call import Accept, Call, Reply
from plimsoll.gateway.calling import Answered, call_whole
from plimsoll.gateway.chat import ChatReply, ChatRequest, Embeddings, write_fields
from plimsoll.gateway.describe import (
    describe_caller,
    describe_failure,
    describe_request,
    describe_use,
    write_span,
)
from plimsoll.gateway.ending import ANSWERED, describe_ending, name_trace, write_receipt
from plimsoll.gateway.estimate import bound_output
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.limits import LocalLimits
from plimsoll.gateway.meter import Meter
from plimsoll.gateway.plan import Alias, Plan
from plimsoll.gateway.provider import Provider, Reranked
from plimsoll.gateway.relay import Relay, describe_relay, open_relay, open_unpriced
from plimsoll.gateway.replies import Found, Replies
from plimsoll.gateway.reply_stream import RelayedReply, ReplyStream
from plimsoll.gateway.rerank_calls import open_rerank, rerank_in_turn
from plimsoll.gateway.spans import Record, open_span, recorder
from plimsoll.gateway.streaming import Streaming
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.targets import Targets
from plimsoll.gateway.vector_calls import VectorCalls
from plimsoll.gateway.wire import ReplyFacts, Wire, ask_for_usage, write_stream
from plimsoll.records import Allowance, Clock, Principal, Sink

T = TypeVar("T")


class Gateway:
    """Calls models by name. One for each open project."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        aliases: Iterable[Alias],
        *,
        tracer: Tracer,
        clock: Clock,
        sink: Sink | None = None,
        accounts: Accounts | None = None,
        replies: Replies | None = None,
        draw: Callable[[], float] | None = None,
    ) -> None:
        """Keep providers by name and compile the aliases; raises InvalidSettings for one that cannot be served.

        Spans of `chat` go to the tracer, those of `answer` and `stream` to the sink. Without `accounts` only the
        limits of the aliases hold; without `replies` answers are kept in this process and none is found by its meaning.
        """
        self.meter = Meter()
        self._plan = Plan(aliases, providers)
        self._targets = Targets(clock=clock, draw=draw or np.random.default_rng().random)
        self._accounts = accounts or Accounts(limiter=LocalLimits(clock), ledger=None, find_allowances=_allow_all)
        self._replies = Replies(MemoryCache(clock), embed=None, clock=clock) if replies is None else replies
        self._vectors = VectorCalls(self._targets)
        self._tracer = tracer
        self._sink = sink
        self._clock = clock

    @property
    def plan(self) -> Plan:
        """Return what every model name stands for at present."""
        return self._plan

    def adopt(self, aliases: Iterable[Alias], providers: Mapping[str, Provider] | None = None) -> None:
        """Compile other aliases, over other providers where given, and put them in force at once.

        Calls under way end as they began. Whoever gives providers closes those that are no longer named.
        Raises InvalidSettings for an alias that cannot be served, and then changes nothing.
        """
        before = self._plan.providers
        self._plan = plan = Plan(aliases, before if providers is None else providers)
        changed = [name for name in before if before[name] is not plan.providers.get(name)]
        self._targets.forget(changed)
        self._vectors.forget(changed)
        self._replies.forget_meanings()

    def resolve(self, name: str) -> ModelTarget:
        """Return the first target of an alias or of `provider/model`. Raises NotFound with the nearest name."""
        return self._plan.find(name).targets[0]

    async def answer(self, call: Call) -> Reply:
        """Answer a call whole, in its own wire.

        Raises NotFound for an unknown model, InvalidRequest where the model cannot do what is asked, and the
        `UpstreamError`s. Cancelling the call ends it at the provider too.
        """
        journal = self._open(call)
        return await self._answer(journal, self._record)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncGenerator[ReplyStream]:
        """Open the answer of a call as events, in its own wire, once its first token is there. Raises as `answer` does.

        What fails later ends the events with an error event. Leaving the block ends the call at the provider too.
        """
        journal = self._open(call)
        found = await self._find(journal)
        if found.answered is not None:
            yield self._replay(journal, found.answered)
            return
        streaming = Streaming(self._targets, journal)
        account: Account | None = None
        failed: BaseException | None = None
        try:
            account = await self._accounts.open(journal)
            await streaming.open()
            yield ReplyStream(streaming.events(), journal, facts=lambda: streaming.facts)
        except BaseException as error:
            failed = error
            raise
        finally:
            # A caller may leave twice; what was used is settled all the same.
            try:
                await streaming.close()
            finally:
                await self._end(journal, account, facts=streaming.facts, error=failed or streaming.error)
        if streaming.error is None and streaming.facts is not None:
            await self._replies.keep_stream(journal, found, streaming.facts)

    async def chat(
        self,
        request: ChatRequest,
        *,
        caller: Principal | None = None,
        feature: str | None = None,
        accept: Accept | None = None,
    ) -> ChatReply:
        """Answer a conversation as text, for a caller and a feature whose limits and budgets it is held to.

        Raises as `answer` does, and UnusableAnswer for an answer without text.
        """
        fields = write_fields(request)
        call = Call(
            wire=Wire.CHAT,
            fields=fields,
            model=request.model,
            caller=caller or Principal.local(),
            feature=feature,
            request=request,
            accept=accept,
            timeout_seconds=request.timeout_seconds,
            request_bytes=sum(len(message.content) for message in request.messages),
        )
        journal = self._open(call)
        with open_span(self._tracer, "chat", journal.target) as span:
            reply = await self._answer(journal, recorder(span))
            return _read_chat(reply)

    async def embed(
        self,
        texts: Sequence[str],
        *,
        model: str,
        caller: Principal | None = None,
        feature: str | None = None,
        timeout_seconds: float = 60.0,
    ) -> Embeddings:
        """Return a vector for each text, in order, for a caller whose limits and budgets it is held to.

        Texts that are known cost nothing, others travel in batches with those of other callers. Raises as `answer`
        does; it never falls back to another model, since vectors of two models do not mix.
        """
        call = Call(
            wire=Wire.CHAT,
            fields={},
            model=model,
            caller=caller or Principal.local(),
            feature=feature,
            writes=False,
            timeout_seconds=timeout_seconds,
            request_bytes=sum(len(text.encode()) for text in texts),
        )
        journal = self._open(call)
        with open_span(self._tracer, "embeddings", journal.target) as span:
            span.set_attributes(describe_caller(call.caller, feature))
            found = await self._hold(journal, self._accounts.open(journal), self._vectors.embed(journal, texts))
            span.set_attribute("gen_ai.response.model", found.model)
            span.set_attributes(describe_use(journal.usage, journal.cost_usd))
        return msgspec.structs.replace(found, cost_usd=journal.cost_usd)

    async def rerank(
        self,
        question: str,
        texts: Sequence[str],
        *,
        model: str,
        caller: Principal | None = None,
        timeout_seconds: float = 60.0,
    ) -> Reranked:
        """Return a score of each text against the question, in order. Raises as `answer` does; its cost is unknown."""
        asker = caller or Principal.local()
        journal = self._open(open_rerank(question, texts, model=model, caller=asker, timeout_seconds=timeout_seconds))
        with open_span(self._tracer, "rerank", journal.target) as span:
            span.set_attributes(describe_caller(asker, None))
            opening = open_unpriced(self._accounts, journal)
            return await self._hold(
                journal, opening, rerank_in_turn(self._targets, journal, question=question, texts=texts)
            )

    @asynccontextmanager
    async def relay(self, sent: Relay) -> AsyncGenerator[RelayedReply]:
        """Pass a request on as it came, and open its answer. Raises as `answer` does; nothing is known of its cost.

        Leaving the block ends the call at the provider too.
        """
        asked = Call(wire=Wire.CHAT, fields={}, model=sent.model, caller=sent.caller, request_bytes=len(sent.body))
        journal = self._open(asked)
        account: Account | None = None
        failed: BaseException | None = None
        try:
            account = await open_unpriced(self._accounts, journal)
            async with open_relay(self._targets, journal, sent) as answer:
                receipt = msgspec.structs.replace(write_receipt(journal, None), cost_usd=None)
                yield RelayedReply(content_type=answer.content_type, chunks=answer.chunks, receipt=receipt)
        except BaseException as error:
            failed = error
            raise
        finally:
            if account is not None:
                await self._accounts.close(
                    account, journal, outcome=ANSWERED if failed is None else name_trace(failed, journal)
                )
            self._record_relay(journal, sent, failed)

    def erase(self, subject: str) -> int:
        """Forget what is kept of a person's questions in this process, and return how many answers that were."""
        return self._replies.erase(subject)

    async def close(self) -> None:
        """End calls that are shared, and close the cache and every provider."""
        await self._replies.close()
        await self._vectors.close()
        for provider in self._plan.providers.values():
            await provider.close()

    def _open(self, call: Call) -> Journal:
        route = self._plan.find(call.model)
        most = route.policy.max_output_tokens
        if most is not None and call.writes:
            call = msgspec.structs.replace(call, fields=bound_output(call.wire, call.fields, most))
        return Journal(call, route, clock=self._clock)

    async def _answer(self, journal: Journal, record: Record) -> Reply:
        try:
            answered = await self._replies.find_or_make(journal, self._ask)
        except BaseException as error:
            record(journal, None, error)
            self.meter.count(journal, name_trace(error, journal))
            raise
        record(journal, answered.facts, None)
        self.meter.count(journal, ANSWERED)
        receipt = write_receipt(journal, answered.facts, rejected=answered.rejected)
        return Reply(body=answered.body, facts=answered.facts, receipt=receipt)

    async def _ask(self, journal: Journal) -> Answered:
        """Call the model, within the caller's limits and budgets."""
        account = await self._accounts.open(journal)
        outcome = ANSWERED
        try:
            return await call_whole(self._targets, journal)
        except BaseException as error:
            outcome = name_trace(error, journal)
            raise
        finally:
            await self._accounts.close(account, journal, outcome=outcome)

    def _replay(self, journal: Journal, answered: Answered) -> ReplyStream:
        """Return a kept answer as a stream."""
        call, facts = journal.call, answered.facts
        include_usage = call.wire is not Wire.CHAT or ask_for_usage(call.fields).by_caller
        self._record(journal, facts, None)
        self.meter.count(journal, ANSWERED)
        return ReplyStream(
            _once(write_stream(call.wire, facts, include_usage=include_usage)), journal, facts=lambda: facts
        )

    async def _find(self, journal: Journal) -> Found:
        try:
            return await self._replies.find(journal)
        except BaseException as error:
            await self._end(journal, None, facts=None, error=error)
            raise

    async def _hold(
        self, journal: Journal, opening: Coroutine[None, None, Account], work: Coroutine[None, None, T]
    ) -> T:
        """Do the work within the limits and budgets of its account, settle it and count it."""
        try:
            account = await opening
        except BaseException:
            work.close()
            raise
        outcome = ANSWERED
        try:
            return await work
        except BaseException as error:
            outcome = name_trace(error, journal)
            raise
        finally:
            await self._accounts.close(account, journal, outcome=outcome)
            self.meter.count(journal, outcome)

    async def _end(
        self, journal: Journal, account: Account | None, *, facts: ReplyFacts | None, error: BaseException | None
    ) -> None:
        """Settle, record and count a call that streamed."""
        outcome = ANSWERED if error is None else name_trace(error, journal)
        if account is not None:
            await self._accounts.close(account, journal, outcome=outcome)
        self._record(journal, facts, error)
        self.meter.count(journal, outcome)

    def _record(self, journal: Journal, facts: ReplyFacts | None, error: BaseException | None) -> None:
        """Hand the call's span to the sink."""
        if self._sink is None:
            return
        call = journal.call
        attributes = describe_request(journal) | describe_caller(call.caller, call.feature)
        attributes |= describe_ending(journal, facts)
        failed, sentence = describe_failure(error) if error is not None else ({}, None)
        self._sink.put(write_span(journal, attributes | failed, error=sentence))

    def _record_relay(self, journal: Journal, sent: Relay, error: BaseException | None) -> None:
        self.meter.count(journal, name_trace(error, journal) if error is not None else ANSWERED)
        if self._sink is not None:
            attributes = describe_relay(journal, sent) | describe_caller(sent.caller, None)
            failed, sentence = describe_failure(error) if error is not None else ({}, None)
            self._sink.put(write_span(journal, attributes | failed, error=sentence))


async def _once(data: bytes) -> AsyncGenerator[bytes]:
    yield data


def _allow_all(_caller: Principal, /, *, feature: str | None, alias: str) -> tuple[Allowance, ...]:
    del feature, alias
    return ()


def _read_chat(reply: Reply) -> ChatReply:
    """Return a reply as text; raises UnusableAnswer where it has none."""
    facts, receipt = reply.facts, reply.receipt
    if facts.refusal:
        raise UnusableAnswer(f"The model of {receipt.provider!r} declined to answer: {facts.refusal}.")
    if not facts.text:
        raise UnusableAnswer(f"{receipt.provider!r} answered without a text.")
    return ChatReply(
        text=facts.text,
        model=receipt.model,
        provider=receipt.provider,
        usage=receipt.usage,
        cost_usd=receipt.cost_usd,
        finish_reason=receipt.finish_reason or "stop",
        latency_ms=receipt.total_ms,
    )
