"""Another plan while calls are under way: they end as they began, and what they used is closed after them."""

import asyncio

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.errors import InvalidSettings, NotFound
from plimsoll.gateway import Alias, ChatRequest, Gateway, ModelTarget, OpenAICompatible, Policy
from plimsoll.records import Message, SystemClock
from plimsoll.testing import FaultKind, Upstream

pytestmark = pytest.mark.anyio
QUESTION = ChatRequest(model="fast", messages=(Message(role="user", content="ping"),))
CALM = Policy(retries=2, first_wait_seconds=0.01)


def alias_of(provider: str) -> Alias:
    alias = Alias.of(ModelTarget(alias="fast", provider=provider, model="test-model"))
    return msgspec.structs.replace(alias, policy=CALM)


def open_gateway(providers: dict[str, OpenAICompatible], *aliases: Alias) -> Gateway:
    return Gateway(providers, aliases, tracer=TracerProvider().get_tracer("test"), clock=SystemClock())


async def test_a_call_under_way_ends_at_the_provider_where_it_began_retries_included():
    with Upstream("old") as before, Upstream("new") as after:
        old, new = (OpenAICompatible("up", base_url=each.base_url) for each in (before, after))
        gateway = open_gateway({"up": old}, alias_of("up"))
        before.hold()
        before.inject(FaultKind.STATUS)
        begun = asyncio.ensure_future(gateway.chat(QUESTION))
        await asyncio.to_thread(before.wait_for, waiting=1)
        gateway.adopt([alias_of("up")], {"up": new})
        await old.http.retire()
        assert (await gateway.chat(QUESTION)).text == "new"
        assert old.http.in_flight == 1
        before.release()
        assert (await begun).text == "old"
        assert (len(before.requests), len(after.requests)) == (2, 1)
        assert old.http.is_closed
        await gateway.close()


async def test_a_provider_that_nobody_uses_is_closed_at_once():
    with Upstream() as upstream:
        client = OpenAICompatible("up", base_url=upstream.base_url)
        gateway = open_gateway({"up": client}, alias_of("up"))
        await gateway.chat(QUESTION)
        assert not client.http.is_closed
        await client.http.retire()
        assert client.http.is_closed


async def test_a_plan_that_cannot_be_served_changes_nothing():
    with Upstream() as upstream:
        client = OpenAICompatible("up", base_url=upstream.base_url)
        gateway = open_gateway({"up": client}, alias_of("up"))
        with pytest.raises(InvalidSettings, match="not set up"):
            gateway.adopt([alias_of("gone")], {"up": client})
        assert (await gateway.chat(QUESTION)).text == "pong"
        gateway.adopt([])
        with pytest.raises(NotFound):
            await gateway.chat(QUESTION)
        await gateway.close()
