import asyncio

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.errors import DeadlinePassed, NotFound
from plimsoll.gateway import Alias, Gateway, ModelTarget, Policy, Scripted, Timeouts
from plimsoll.records import SystemClock
from plimsoll.server.door.deadline import within_policy

pytestmark = pytest.mark.anyio


def open_gateway() -> Gateway:
    target = ModelTarget(alias="fast", provider="scripted", model="m")
    policy = Policy(timeouts=Timeouts(total_seconds=0.001))
    alias = Alias(name="fast", targets=(target,), policy=policy)
    tracer = TracerProvider().get_tracer("test")
    return Gateway({"scripted": Scripted([])}, [alias], tracer=tracer, clock=SystemClock())


async def test_a_reader_who_never_ends_is_left_after_the_models_whole_time():
    with pytest.raises(DeadlinePassed, match="did not read"):
        async with within_policy(open_gateway(), "fast", grace_seconds=0.001):
            await asyncio.Event().wait()


async def test_a_model_that_nobody_knows_has_no_deadline():
    with pytest.raises(NotFound):
        async with within_policy(open_gateway(), "fats"):
            pass
