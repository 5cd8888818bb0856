"""Answers that need no call of their own: kept, shared, or given to a question that means the same (FIELD, pain 14)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec
import numpy as np
from numpy.typing import NDArray
from opentelemetry.trace import get_tracer

from plimsoll.gateway import (
    Alias,
    Call,
    Gateway,
    MemoryCache,
    ModelTarget,
    OpenAICompatible,
    Policy,
    Replies,
    Reply,
    ReplyFacts,
    Wire,
    fields_of,
)
from plimsoll.prices import ModelPrice
from plimsoll.records import Principal, SystemClock
from plimsoll.testing import Upstream

ADA = Principal(id="key:ada", tenant="harbour")
EVE = Principal(id="key:eve", tenant="other")
CLOCK = SystemClock()
TARGET = ModelTarget(alias="fast", provider="up", model="m", price=ModelPrice(input=1, output=1, source="test"))


async def embed(text: str) -> NDArray[np.float32]:
    """Return a vector that is the same for questions about returns, whatever their words."""
    return np.array([1.0, 0.1 if "return" in text else -5.0], np.float32)


@asynccontextmanager
async def opened(upstream: Upstream, policy: Policy) -> AsyncGenerator[Gateway]:
    gateway = Gateway(
        {"up": OpenAICompatible("up", base_url=upstream.base_url)},
        [Alias(name="fast", targets=(TARGET,), policy=policy)],
        tracer=get_tracer("test"),
        clock=CLOCK,
        replies=Replies(MemoryCache(CLOCK), embed=embed, clock=CLOCK),
    )
    try:
        yield gateway
    finally:
        await gateway.close()


def call(text: str = "May I return it?", *, caller: Principal = ADA, wire: Wire = Wire.CHAT, **more: object) -> Call:
    body = {"model": "fast", "messages": [{"role": "user", "content": text}], **more}
    return Call(wire=wire, fields=fields_of(msgspec.json.encode(body)), model="fast", caller=caller)


def reject(_facts: ReplyFacts) -> str:
    return "too short"


async def read_stream(gateway: Gateway, asked: Call) -> bytes:
    async with gateway.stream(asked) as stream:
        return b"".join([event async for event in stream])


def test_an_identical_request_is_answered_from_the_cache_for_its_own_tenant_only():
    async def ask(upstream: Upstream) -> list[Reply]:
        async with opened(upstream, Policy(cache_seconds=60)) as gateway:
            return [await gateway.answer(one) for one in (call(), call(user="x"), call(caller=EVE), call("Else?"))]

    with Upstream() as upstream:
        replies = asyncio.run(ask(upstream))
    assert [reply.receipt.served for reply in replies] == ["model", "cache", "model", "model"]
    assert replies[1].body == replies[0].body
    assert (replies[1].receipt.cost_usd, replies[1].receipt.attempts) == (0.0, 0)


def test_a_kept_answer_can_be_streamed_and_a_stream_can_be_kept():
    async def ask(upstream: Upstream) -> tuple[bytes, bytes, Reply]:
        async with opened(upstream, Policy(cache_seconds=60)) as gateway:
            first = await read_stream(gateway, call(stream=True))
            again = await read_stream(gateway, call(stream=True))
            return first, again, await gateway.answer(call())

    with Upstream("Thirty days.") as upstream:
        first, again, whole = asyncio.run(ask(upstream))
        assert len(upstream.requests) == 1
    assert whole.facts.text == "Thirty days."
    assert b'"content":"Thirty days."' in again
    assert again.endswith(b"data: [DONE]\n\n")
    assert first.endswith(b"data: [DONE]\n\n")


def test_a_question_that_means_the_same_shares_an_answer_where_its_alias_opted_in():
    async def ask(upstream: Upstream, policy: Policy) -> list[str]:
        async with opened(upstream, policy) as gateway:
            asked = (call("Can I return it?"), call("Is a return possible?"), call("Is a return possible?", caller=EVE))
            return [(await gateway.answer(one)).receipt.served for one in asked]

    with Upstream() as upstream:
        shared = asyncio.run(ask(upstream, Policy(semantic_cache_seconds=60)))
        apart = asyncio.run(ask(upstream, Policy(cache_seconds=60)))
    assert shared == ["model", "semantic_cache", "model"]
    assert apart == ["model", "model", "model"]


def test_a_threshold_that_was_changed_holds_from_then_on():
    async def ask(upstream: Upstream) -> list[str]:
        async with opened(upstream, Policy(semantic_cache_seconds=60)) as gateway:
            first = await gateway.answer(call("Can I return it?"))
            gateway.adopt([Alias(name="fast", targets=(TARGET,), policy=Policy(semantic_cache_seconds=0))])
            return [first.receipt.served, (await gateway.answer(call("Is a return possible?"))).receipt.served]

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == ["model", "model"]


def test_identical_calls_in_flight_are_one_call_of_the_model():
    async def ask(upstream: Upstream) -> list[Reply]:
        async with opened(upstream, Policy(coalesce=True)) as gateway:
            upstream.hold()
            asking = [asyncio.create_task(gateway.answer(call())) for _ in range(20)]
            await asyncio.to_thread(upstream.wait_for, requests=1)
            upstream.release()
            return await asyncio.gather(*asking)

    with Upstream() as upstream:
        replies = asyncio.run(ask(upstream))
        assert len(upstream.requests) == 1
    assert sorted(reply.receipt.served for reply in replies) == ["model"] + ["shared"] * 19
    assert sum(reply.receipt.cost_usd or 0.0 for reply in replies) == replies[0].receipt.cost_usd


def test_an_answer_that_the_caller_rejects_is_not_taken_from_the_cache():
    async def ask(upstream: Upstream) -> list[str]:
        async with opened(upstream, Policy(cache_seconds=60)) as gateway:
            picky = msgspec.structs.replace(call(), accept=reject)
            return [(await gateway.answer(one)).receipt.served for one in (call(), picky)]

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == ["model", "model"]


def test_a_persons_questions_are_forgotten():
    async def ask(upstream: Upstream) -> tuple[int, str]:
        async with opened(upstream, Policy(semantic_cache_seconds=60)) as gateway:
            await gateway.answer(call("Can I return it?"))
            erased = gateway.erase(ADA.id)
            return erased, (await gateway.answer(call("Is a return possible?"))).receipt.served

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == (1, "model")
