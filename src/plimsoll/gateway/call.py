"""The one place where models are called: names resolved, a span, a deadline and a price for every call.

`features` and judges call it; `project` builds it from the settings. One attempt a call: no retries, no caching.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

import msgspec
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from plimsoll.errors import InvalidSettings, NotFound, PlimsollError, ProviderTimeout, one_of, unknown_name
from plimsoll.gateway.provider import Provider
from plimsoll.gateway.target import ModelTarget, price_call
from plimsoll.gateway.wire import ChatReply, ChatRequest, Embeddings
from plimsoll.records import Clock, Message, Usage


class Gateway:
    """Calls models by name and records every call as one span."""

    def __init__(
        self, providers: Mapping[str, Provider], targets: Mapping[str, ModelTarget], *, tracer: Tracer, clock: Clock
    ) -> None:
        """Keep providers by name and targets by alias; raises InvalidSettings for a target without its provider."""
        for target in targets.values():
            if target.provider not in providers:
                raise InvalidSettings(
                    f"Model {target.alias!r} names the provider {target.provider!r}, which is not set up.",
                    next_step=f"Set up: {one_of(providers) or 'none'}.",
                )
        self._providers = dict(providers)
        self._targets = dict(targets)
        self._tracer = tracer
        self._clock = clock

    def resolve(self, name: str) -> ModelTarget:
        """Return the target of an alias or of `provider/model`. Raises NotFound with the nearest name."""
        if name in self._targets:
            return self._targets[name]
        provider, separator, model = name.partition("/")
        if separator and model and provider in self._providers:
            return self._find_priced(provider, model) or ModelTarget(alias=name, provider=provider, model=model)
        known = [*self._targets, *(f"{target.provider}/{target.model}" for target in self._targets.values())]
        raise NotFound(
            unknown_name("model", name, known),
            next_step=f"Or write `provider/model`; providers: {one_of(self._providers)}.",
        )

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer a conversation.

        Raises NotFound for an unknown model, InvalidRequest where the model cannot do what is asked, and the
        `UpstreamError`s. Cancelling the call ends it at the provider too.
        """
        target = self.resolve(request.model)
        with self._span("chat", target) as span:
            describe_request(span, request)
            started = self._clock.monotonic()
            async with bound_time(target, request.timeout_seconds):
                reply = await self._providers[target.provider].chat(request, target)
            reply = msgspec.structs.replace(
                reply,
                cost_usd=price_call(target, reply.usage) if reply.cost_usd is None else reply.cost_usd,
                latency_ms=(self._clock.monotonic() - started) * 1_000,
            )
            describe_reply(span, reply)
        return reply

    async def embed(self, texts: Sequence[str], *, model: str, timeout_seconds: float = 60.0) -> Embeddings:
        """Return a vector for each text, in order. Raises as `chat` does."""
        target = self.resolve(model)
        with self._span("embeddings", target) as span:
            async with bound_time(target, timeout_seconds):
                found = await self._providers[target.provider].embed(texts, target)
            cost = price_call(target, found.usage) if found.cost_usd is None else found.cost_usd
            describe_use(span, found.model, found.usage, cost_usd=cost)
        return msgspec.structs.replace(found, cost_usd=cost)

    async def close(self) -> None:
        """Close every provider."""
        for provider in self._providers.values():
            await provider.close()

    def _find_priced(self, provider: str, model: str) -> ModelTarget | None:
        return next((t for t in self._targets.values() if (t.provider, t.model) == (provider, model)), None)

    @contextmanager
    def _span(self, operation: str, target: ModelTarget) -> Generator[Span]:
        """Open the span of one call and record on it how the call failed, if it did."""
        name = f"{operation} {target.model}"
        attributes = {
            "plimsoll.kind": "model",
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": target.provider,
            "gen_ai.request.model": target.model,
        }
        with self._tracer.start_as_current_span(
            name, kind=SpanKind.CLIENT, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                describe_failure(span, error)
                raise


@asynccontextmanager
async def bound_time(target: ModelTarget, seconds: float) -> AsyncGenerator[None]:
    """Bound what is awaited inside; raises ProviderTimeout, which says who did not answer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ProviderTimeout(f"{target.provider!r} did not answer within {seconds:g} s.") from error


def describe_request(span: Span, request: ChatRequest) -> None:
    """Record what is asked, as the GenAI conventions name it."""
    span.set_attribute("gen_ai.input.messages", write_messages(request.messages))
    if request.temperature is not None:
        span.set_attribute("gen_ai.request.temperature", request.temperature)
    if request.max_output_tokens is not None:
        span.set_attribute("gen_ai.request.max_tokens", request.max_output_tokens)


def describe_reply(span: Span, reply: ChatReply) -> None:
    """Record what was answered, as the GenAI conventions name it."""
    answered = Message(role="assistant", content=reply.text)
    span.set_attribute("gen_ai.output.messages", write_messages((answered,), finish_reason=reply.finish_reason))
    span.set_attribute("gen_ai.response.finish_reasons", [reply.finish_reason])
    describe_use(span, reply.model, reply.usage, cost_usd=reply.cost_usd)


def describe_failure(span: Span, error: BaseException) -> None:
    """Record how a call failed; of a foreign error only the type, since its text may hold anything."""
    if isinstance(error, PlimsollError):
        span.set_attribute("error.type", error.code)
        span.set_attribute("plimsoll.error_class", error.error_class.value)
        span.set_status(Status(StatusCode.ERROR, str(error)))
    elif isinstance(error, asyncio.CancelledError):
        span.set_attribute("error.type", "cancelled")
        span.set_status(Status(StatusCode.ERROR, "The caller went away."))
    else:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR, f"The call broke with {type(error).__name__}."))


def describe_use(span: Span, model: str, usage: Usage, *, cost_usd: float | None) -> None:
    """Record which model answered, the tokens and the cost; an unknown cost is left out, it is not 0."""
    span.set_attribute("gen_ai.response.model", model)
    span.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
    span.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)
    if usage.cached_input_tokens:
        span.set_attribute("gen_ai.usage.cache_read.input_tokens", usage.cached_input_tokens)
    if usage.reasoning_tokens:
        span.set_attribute("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens)
    if usage.is_estimated:
        span.set_attribute("plimsoll.usage_estimated", True)
    if cost_usd is not None:
        span.set_attribute("plimsoll.cost_usd", cost_usd)


def write_messages(messages: Sequence[Message], *, finish_reason: str | None = None) -> str:
    """Return messages as the JSON text of the GenAI conventions: roles with parts."""
    ending = {} if finish_reason is None else {"finish_reason": finish_reason}
    written = [
        {"role": message.role, "parts": [{"type": "text", "content": message.content}], **ending}
        for message in messages
    ]
    return msgspec.json.encode(written).decode()
