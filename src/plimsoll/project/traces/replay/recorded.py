"""Stand-ins for models and corpora that answer from a recording; what it does not hold stops, or goes live as asked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

import msgspec
from opentelemetry.trace import Tracer

from plimsoll.errors import (
    NotRecorded,
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    UnusableAnswer,
    UpstreamError,
)
from plimsoll.features import ModelDoor, Retrieved, Retriever
from plimsoll.gateway import ChatReply, ChatRequest, Embeddings, ModelTarget, ReplyFacts, write_messages
from plimsoll.knowledge import Degradation, Finding, RetrievalPlan
from plimsoll.project.traces.replay.recording import RecordedCall, RecordedRetrieval, is_recorded_as
from plimsoll.records import Attribute, Message, Passage, Principal, Span

_OF_THE_REQUEST = ("plimsoll.feature", "plimsoll.tenant", "plimsoll.subject")
_FAILURES: Mapping[str, type[UpstreamError]] = {
    kind.code: kind for kind in (ProviderBusy, ProviderRefused, ProviderTimeout, ProviderUnreachable, UnusableAnswer)
}


class Missing:
    """What the new configuration asked that the recording does not hold."""

    def __init__(self, *, goes_live: bool) -> None:
        self.goes_live = goes_live
        """Whether such calls are made live."""
        self.calls: list[str] = []
        """They, in words."""

    def meet(self, what: str) -> None:
        """Note the call, and stop the replay unless such calls go live."""
        self.calls.append(what)
        if not self.goes_live:
            raise NotRecorded(
                f"The recording does not hold {what}, which this configuration asks for.",
                next_step="Let such calls go live: `--missing live`; or all: `--live`.",
            )


class RecordedModels:
    """A `ModelDoor` that answers as models answered before."""

    def __init__(
        self, calls: Sequence[RecordedCall], *, live: ModelDoor, tracer: Tracer, missing: Missing, is_own_model: bool
    ) -> None:
        """Take the recorded calls; `is_own_model` says that the feature asks the model that it asked then."""
        self._calls = list(calls)
        self._live = live
        self._tracer = tracer
        self._missing = missing
        self._own_model = is_own_model

    def resolve(self, name: str) -> ModelTarget:
        """Return the first target of a name. Raises NotFound."""
        return self._live.resolve(name)

    async def chat(
        self,
        request: ChatRequest,
        *,
        caller: Principal | None = None,
        feature: str | None = None,
        accept: Callable[[ReplyFacts], str] | None = None,
    ) -> ChatReply:
        """Answer as it was answered when the same was sent. Raises NotRecorded, and what was raised then."""
        call = self._take(request)
        if call is None:
            self._missing.meet(f"a call of the model {request.model!r} with these messages")
            return await self._live.chat(request, caller=caller, feature=feature, accept=accept)
        # Nothing is paid for it now: what it cost then stands in the reply.
        _write_again(self._tracer, call.span, {"plimsoll.cost_usd": 0.0})
        if call.reply is None:
            code = str(call.span.attributes.get("error.type", ""))
            raise _FAILURES.get(code, ProviderUnreachable)(call.span.error or "The recorded call failed.")
        return call.reply

    async def embed(self, texts: Sequence[str], *, model: str, caller: Principal | None = None) -> Embeddings:
        """Return vectors, which no trace holds, live."""
        self._missing.meet(f"vectors of the model {model!r}")
        return await self._live.embed(texts, model=model, caller=caller)

    def _take(self, request: ChatRequest) -> RecordedCall | None:
        """Return the first call of the same messages, parameters and model, and take it out."""
        said, target = write_messages(request), self._live.resolve(request.model)
        for call in self._calls:
            if self._is_same(call, request, said=said, target=target):
                self._calls.remove(call)
                return call
        return None

    def _is_same(self, call: RecordedCall, request: ChatRequest, *, said: str, target: ModelTarget) -> bool:
        recorded = call.span.attributes
        is_model = self._own_model or (
            recorded.get("gen_ai.provider.name"),
            recorded.get("gen_ai.request.model"),
        ) == (target.provider, target.model)
        are_parameters = (
            recorded.get("gen_ai.request.temperature") == request.temperature
            and recorded.get("gen_ai.request.max_tokens") == request.max_output_tokens
        )
        return is_model and are_parameters and is_recorded_as(call.messages, said, is_cut=call.is_cut)


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when it was recorded."""

    passages: tuple[Passage, ...]
    finding: Finding
    degraded: tuple[Degradation, ...]

    @property
    def is_answerable(self) -> bool:
        return self.finding == "found"


class RecordedRetriever:
    """A `Retriever` that finds what was found before."""

    def __init__(
        self, retrievals: Sequence[RecordedRetrieval], *, live: Retriever, tracer: Tracer, missing: Missing
    ) -> None:
        self._retrievals = list(retrievals)
        self._live = live
        self._tracer = tracer
        self._missing = missing
        self._found: set[str] = set()

    @property
    def plan(self) -> RetrievalPlan:
        """Return how the corpus is retrieved from."""
        return self._live.plan

    @property
    def constants(self) -> Mapping[str, object]:
        """Return what else its retrieval goes by."""
        return self._live.constants

    async def retrieve(
        self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: Sequence[Message]
    ) -> Retrieved:
        """Return what was found for the query then. Raises NotRecorded."""
        for one in self._retrievals:
            if is_recorded_as(one.query, query):
                self._retrievals.remove(one)
                self._found |= {chunk for passage in one.passages for chunk in passage.chunk_ids()}
                _write_again(self._tracer, one.span, {})
                return _Found(passages=one.passages, finding=cast("Finding", one.finding), degraded=_degraded(one.span))
        self._missing.meet("a retrieval for this question")
        return await self._live.retrieve(query, plan=plan, caller=caller, conversation=conversation)

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        """Return the chunks that were found then, and those of the others that may be read now."""
        others = [chunk for chunk in chunk_ids if chunk not in self._found]
        live = await self._live.readable(others, caller=caller) if others else frozenset[str]()
        return live | (self._found & set(chunk_ids))


def _write_again(tracer: Tracer, span: Span, changes: Mapping[str, Attribute]) -> None:
    """Write a step of the recording into the new trace, marked as such."""
    said = {name: value for name, value in span.attributes.items() if name not in _OF_THE_REQUEST}
    with tracer.start_as_current_span(span.name) as again:
        again.set_attributes({**said, **changes, "plimsoll.served": "recorded"})


def _degraded(span: Span) -> tuple[Degradation, ...]:
    steps = span.attributes.get("plimsoll.retrieval.degraded")
    named = steps if isinstance(steps, list) else []
    return msgspec.convert([{"step": step, "reason": "recorded"} for step in named], tuple[Degradation, ...])
