"""A caller that goes away takes its call at the provider with it (FIELD, pain 8)."""

import asyncio

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.errors import ProviderTimeout
from plimsoll.gateway import Alias, ChatRequest, Gateway, Limits, ModelTarget, OpenAICompatible
from plimsoll.records import Message, SystemClock
from plimsoll.testing import Fault, FaultKind, Upstream


def open_gateway(upstream: Upstream, limits: Limits | None = None) -> Gateway:
    remote = OpenAICompatible("remote", base_url=upstream.base_url, limits=limits)
    target = ModelTarget(alias="fast", provider="remote", model="m")
    tracer = TracerProvider().get_tracer("test")
    return Gateway({"remote": remote}, [Alias.of(target)], tracer=tracer, clock=SystemClock())


def ask(seconds: float = 30) -> ChatRequest:
    return ChatRequest(model="fast", messages=(Message(role="user", content="ping"),), timeout_seconds=seconds)


def test_a_cancelled_call_is_closed_at_the_provider_and_the_next_one_works():
    async def leave_and_return(upstream: Upstream) -> str:
        gateway = open_gateway(upstream)
        upstream.inject(FaultKind.HANG)
        asking = asyncio.create_task(gateway.chat(ask()))
        await asyncio.to_thread(upstream.wait_for, requests=1)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await asyncio.to_thread(upstream.wait_for, abandoned=1)
        reply = await gateway.chat(ask())
        await gateway.close()
        return reply.text

    with Upstream() as upstream:
        assert asyncio.run(leave_and_return(upstream)) == "pong"


def test_a_call_over_its_time_is_closed_at_the_provider():
    async def wait(upstream: Upstream) -> None:
        gateway = open_gateway(upstream)
        upstream.inject(FaultKind.HANG)
        with pytest.raises(ProviderTimeout):
            await gateway.chat(ask(0.2))
        await asyncio.to_thread(upstream.wait_for, abandoned=1)
        await gateway.close()

    with Upstream() as upstream:
        asyncio.run(wait(upstream))
        assert upstream.abandoned == 1


def test_calls_beyond_the_pool_wait_their_turn():
    async def ask_many(upstream: Upstream) -> int:
        gateway = open_gateway(upstream, Limits(connections=2))
        upstream.inject_always(Fault(kind=FaultKind.LATENCY, seconds=0.01))
        replies = await asyncio.gather(*(gateway.chat(ask()) for _ in range(12)))
        await gateway.close()
        return len(replies)

    with Upstream() as upstream:
        assert asyncio.run(ask_many(upstream)) == 12


def test_calls_that_wait_for_a_connection_end_at_their_deadline():
    async def ask_two(upstream: Upstream) -> list[type]:
        gateway = open_gateway(upstream, Limits(connections=1))
        upstream.inject_always(FaultKind.HANG)
        ended = await asyncio.gather(*(gateway.chat(ask(0.2)) for _ in range(2)), return_exceptions=True)
        await gateway.close()
        return [type(one) for one in ended]

    with Upstream() as upstream:
        assert asyncio.run(ask_two(upstream)) == [ProviderTimeout, ProviderTimeout]
