"""What `/metrics` shows, in a number of series that callers cannot grow."""

import asyncio

import msgspec
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry, generate_latest

from plimsoll.errors import PlimsollError, ProviderRefused
from plimsoll.gateway import Alias, Call, Gateway, ModelTarget, Policy, Scripted, ScriptedReply, Wire, fields_of
from plimsoll.prices import ModelPrice
from plimsoll.records import Principal, Usage
from plimsoll.testing import FakeClock

PRICE = ModelPrice(input=1_000_000.0, output=1_000_000.0, cached_input=500_000.0, source="test")
USAGE = Usage(input_tokens=10, output_tokens=5, cached_input_tokens=4, reasoning_tokens=2)


def ask(gateway: Gateway, model: str, caller: str = "ann") -> None:
    fields = fields_of(b'{"messages": [{"role": "user", "content": "hello"}]}')
    call = Call(
        wire=Wire.CHAT, fields=fields, model=model, caller=msgspec.structs.replace(Principal.local(), id=caller)
    )
    try:
        asyncio.run(gateway.answer(call))
    except PlimsollError:
        return


def open_gateway(*lines: ScriptedReply | ProviderRefused) -> Gateway:
    target = ModelTarget(alias="fast", provider="scripted", model="small", price=PRICE)
    alias = Alias(name="fast", targets=(target,), policy=Policy(retries=0))
    tracer = TracerProvider().get_tracer("test")
    return Gateway({"scripted": Scripted(lines)}, [alias], tracer=tracer, clock=FakeClock())


def show(gateway: Gateway) -> list[str]:
    registry = CollectorRegistry()
    registry.register(gateway.meter)
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def test_a_call_is_counted_with_its_tokens_and_its_cost():
    gateway = open_gateway(ScriptedReply(text="hi", usage=USAGE))
    ask(gateway, "fast")
    labels = 'model="fast",outcome="ok",provider="scripted",served="model"'
    shown = show(gateway)
    assert f"plimsoll_gateway_calls_total{{{labels}}} 1.0" in shown
    assert f"plimsoll_gateway_attempts_total{{{labels}}} 1.0" in shown
    assert f"plimsoll_gateway_cost_usd_total{{{labels}}} 13.0" in shown
    for kind, count in (("input", 10), ("cached_input", 4), ("output", 5), ("reasoning", 2)):
        assert any(f'kind="{kind}"' in line and line.endswith(f" {count}.0") for line in shown)


def test_a_failure_is_counted_under_its_code_and_its_events_by_name():
    gateway = open_gateway(ProviderRefused("no"))
    ask(gateway, "fast")
    shown = show(gateway)
    assert any("calls_total" in line and 'outcome="provider_refused"' in line for line in shown)
    assert 'plimsoll_gateway_events_total{event="give_up",model="fast"} 1.0' in shown


def test_series_do_not_grow_with_names_of_models_nor_with_callers():
    gateway = open_gateway(*[ScriptedReply(text="hi")] * 52)
    ask(gateway, "fast")
    ask(gateway, "scripted/one")
    before = len(show(gateway))
    for number in range(50):
        ask(gateway, f"scripted/model-{number}", caller=f"caller-{number}")
    shown = show(gateway)
    assert len(shown) == before
    assert any('model="other"' in line and "calls_total" in line and line.endswith(" 51.0") for line in shown)
    assert not any("caller-" in line or "model-" in line for line in shown)
