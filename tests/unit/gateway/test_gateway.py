import asyncio
import json
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from plimsoll.errors import InvalidSettings, NotFound, ProviderRefused, ProviderTimeout
from plimsoll.gateway import Alias, ChatReply, ChatRequest, Embedded, Gateway, ModelTarget, Scripted, ScriptedReply
from plimsoll.gateway.providers.scripted import Script
from plimsoll.prices import ModelPrice
from plimsoll.records import Message, Usage
from plimsoll.testing import FakeClock

from unit.gateway.asking import ONCE

FAST = ModelTarget(
    alias="fast", provider="scripted", model="small-1", price=ModelPrice(input=1.0, output=4.0, source="test")
)
UNPRICED = ModelTarget(alias="free", provider="scripted", model="small-2")
USAGE = Usage(input_tokens=1_000_000, output_tokens=500_000, cached_input_tokens=10, reasoning_tokens=20)


class Bench:
    """A gateway over one scripted provider, and the spans it writes."""

    def __init__(self, script: Script) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.clock = FakeClock()
        self.scripted = Scripted(script)
        providers = {"scripted": self.scripted, "plimsoll": Embedded()}
        aliases = [Alias(name=one.alias, targets=(one,), policy=ONCE) for one in (FAST, UNPRICED)]
        self.gateway = Gateway(providers, aliases, tracer=provider.get_tracer("test"), clock=self.clock)

    def ask(self, model: str = "fast", *, seconds: float = 5) -> ChatReply:
        messages = (Message(role="system", content="Be brief."), Message(role="user", content="ping"))
        return asyncio.run(
            self.gateway.chat(ChatRequest(model=model, messages=messages, temperature=0.5, timeout_seconds=seconds))
        )

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.exporter.get_finished_spans()
        return span


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def test_a_call_is_one_span_with_the_names_of_the_conventions():
    bench = Bench([ScriptedReply(text="pong", usage=USAGE)])
    bench.ask()
    found = attributes(bench.span)
    assert bench.span.name == "chat small-1"
    assert json.loads(str(found.pop("gen_ai.input.messages")))[1] == {
        "role": "user",
        "parts": [{"type": "text", "content": "ping"}],
    }
    assert json.loads(str(found.pop("gen_ai.output.messages")))[0]["finish_reason"] == "stop"
    assert found == {
        "plimsoll.kind": "model",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "scripted",
        "gen_ai.request.model": "small-1",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.model": "small-1",
        "gen_ai.response.id": "chatcmpl-plimsoll",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 1_000_000,
        "gen_ai.usage.output_tokens": 500_000,
        "gen_ai.usage.cache_read.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 20,
        "plimsoll.cost_usd": 3.0,
    }


def test_the_reply_carries_cost_and_latency():
    def answer(_: ChatRequest) -> ScriptedReply:
        bench.clock.advance(0.25)
        return ScriptedReply(text="pong", usage=USAGE)

    bench = Bench(answer)
    reply = bench.ask()
    assert (reply.cost_usd, reply.latency_ms) == (3.0, 250.0)


def test_an_unknown_price_is_unknown_not_free():
    bench = Bench(["pong"])
    assert bench.ask("free").cost_usd is None
    assert "plimsoll.cost_usd" not in attributes(bench.span)


def test_a_failure_is_on_the_span_with_its_class():
    bench = Bench([ProviderRefused("no", next_step="Wait.")])
    with pytest.raises(ProviderRefused):
        bench.ask()
    found = attributes(bench.span)
    assert (found["error.type"], found["plimsoll.error_class"]) == ("provider_refused", "infrastructure")
    assert (bench.span.status.status_code, bench.span.status.description) == (StatusCode.ERROR, "no Wait.")


def test_a_foreign_error_shows_its_type_only():
    def break_down(_: ChatRequest) -> str:
        raise LookupError("a prompt that must not be shown")

    bench = Bench(break_down)
    with pytest.raises(LookupError):
        bench.ask()
    assert attributes(bench.span)["error.type"] == "LookupError"
    assert (bench.span.status.description, bench.span.events) == ("The call broke with LookupError.", ())


def test_a_call_without_an_answer_ends_at_its_deadline():
    bench = Bench([ScriptedReply(hangs=True)])
    with pytest.raises(ProviderTimeout, match=r"'scripted' did not answer within 0\.05 s"):
        bench.ask(seconds=0.05)


def test_a_cancelled_call_is_recorded_as_cancelled():
    asked = asyncio.Event()

    def hang(_: ChatRequest) -> ScriptedReply:
        asked.set()
        return ScriptedReply(hangs=True)

    bench = Bench(hang)

    async def leave():
        asking = asyncio.create_task(
            bench.gateway.chat(ChatRequest(model="fast", messages=(Message(role="user", content="ping"),)))
        )
        await asked.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    asyncio.run(leave())
    assert attributes(bench.span)["error.type"] == "cancelled"


@pytest.mark.parametrize("name", ["fast", "scripted/small-1"])
def test_an_alias_and_the_full_name_are_the_same_priced_model(name: str):
    assert Bench([]).gateway.resolve(name) == FAST


def test_any_model_of_a_known_provider_can_be_named():
    expected = ModelTarget(alias="scripted/new/one", provider="scripted", model="new/one")
    assert Bench([]).gateway.resolve("scripted/new/one") == expected


@pytest.mark.parametrize(("name", "near"), [("fst", "'fast'"), ("scriptd/small-1", "'scripted/small-1'")])
def test_an_unknown_model_is_answered_with_the_nearest_name(name: str, near: str):
    with pytest.raises(NotFound, match=f"did you mean {near}"):
        Bench([]).gateway.resolve(name)


def test_a_model_of_a_provider_that_is_not_set_up_is_refused_at_once():
    lost = ModelTarget(alias="big", provider="opnai", model="m")
    tracer = TracerProvider().get_tracer("test")
    with pytest.raises(InvalidSettings, match="'big' names the provider 'opnai', which is not set up"):
        Gateway({"scripted": Scripted([])}, [Alias.of(lost)], tracer=tracer, clock=FakeClock())


def test_vectors_have_a_span_with_their_cost():
    bench = Bench([])
    texts: Sequence[str] = ["a" * 4_000_000]
    found = asyncio.run(bench.gateway.embed(texts, model="fast"))
    assert (bench.span.name, found.cost_usd) == ("embeddings small-1", 1.0)
    assert attributes(bench.span)["plimsoll.usage_estimated"] is True
    assert "gen_ai.input.messages" not in attributes(bench.span)


def test_closing_the_gateway_closes_its_providers():
    assert asyncio.run(Bench([]).gateway.close()) is None
