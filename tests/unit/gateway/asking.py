"""A gateway over one provider, for tests that ask it."""

import asyncio

from opentelemetry.sdk.trace import TracerProvider

from plimsoll.gateway import Alias, ChatReply, ChatRequest, Gateway, ModelTarget, Policy, Provider
from plimsoll.records import SystemClock

ONCE = Policy(retries=0)


def open_gateway(provider: Provider, target: ModelTarget, policy: Policy = ONCE) -> Gateway:
    """Return a gateway whose only alias is the target's."""
    alias = Alias(name=target.alias, targets=(target,), policy=policy)
    tracer = TracerProvider().get_tracer("test")
    return Gateway({provider.name: provider}, [alias], tracer=tracer, clock=SystemClock())


def ask(provider: Provider, request: ChatRequest, target: ModelTarget) -> ChatReply:
    """Ask the provider once and close it."""

    async def call() -> ChatReply:
        gateway = open_gateway(provider, target)
        try:
            return await gateway.chat(request)
        finally:
            await gateway.close()

    return asyncio.run(call())
