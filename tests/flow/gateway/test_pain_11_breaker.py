"""FIELD, pain 11: a dead provider is asked once a cool-down, never once a call."""

import asyncio

import msgspec
import pytest

from plimsoll.errors import ProviderRefused, ProvidersResting, ProviderTimeout, UpstreamError
from plimsoll.gateway import Alias, BreakerPolicy, Wire
from plimsoll.testing import FakeClock, Fault, FaultKind, Upstream

from flow.gateway.rig import ONCE, QUICK, Rig, ask, open_rig, target
from waiting import until

pytestmark = pytest.mark.anyio
DOWN = Fault(kind=FaultKind.STATUS, status=503)
POLICY = msgspec.structs.replace(ONCE, breaker=BreakerPolicy(failures=3, cool_down_seconds=15.0))
TWO = ("openai/small", "openai/big")


async def fail(rig: Rig, times: int) -> list[type[Exception]]:
    errors: list[type[Exception]] = []
    for _ in range(times):
        with pytest.raises(UpstreamError) as caught:
            await rig.answer()
        errors.append(caught.type)
    return errors


async def test_a_dead_single_primary_is_asked_once_a_cool_down():
    clock = FakeClock()
    with Upstream() as upstream:
        async with open_rig(upstream, policy=POLICY, clock=clock) as rig:
            upstream.inject_always(DOWN)
            errors = await fail(rig, 50)
            assert errors == [ProviderRefused] * 3 + [ProvidersResting] * 47
            assert len(upstream.requests) == 3
            clock.advance(15.0)
            assert await fail(rig, 20) == [ProviderRefused] + [ProvidersResting] * 19
            assert len(upstream.requests) == 4
            assert rig.events == ["target_skipped"]


async def test_resting_says_when_to_come_back_and_costs_nothing():
    with Upstream() as upstream:
        async with open_rig(upstream, policy=POLICY) as rig:
            upstream.inject_always(DOWN)
            await fail(rig, 3)
            with pytest.raises(ProvidersResting) as caught:
                await rig.answer()
            assert 0.0 < (caught.value.retry_after_seconds or 0.0) <= 15.0
            assert "openai/small" in str(caught.value)
            assert "plimsoll.cost_usd" not in rig.span.attributes


async def test_a_dead_primary_is_passed_over_until_its_probe_is_answered():
    clock = FakeClock()
    with Upstream() as upstream:
        async with open_rig(upstream, TWO, POLICY, clock=clock) as rig:
            upstream.inject_always(DOWN, model="small")
            models = [(await rig.answer())[1].model for _ in range(20)]
            assert models == ["big"] * 20
            assert len(upstream.list_requests(model="small")) == 3
            upstream.inject_always(None)
            clock.advance(15.0)
            assert [(await rig.answer())[1].model for _ in range(3)] == ["small"] * 3


async def test_a_probe_that_is_cancelled_costs_one_cool_down():
    clock = FakeClock()
    with Upstream() as upstream:
        async with open_rig(upstream, policy=POLICY, clock=clock) as rig:
            upstream.inject(DOWN, DOWN, DOWN, FaultKind.HANG)
            await fail(rig, 3)
            clock.advance(15.0)
            probe = asyncio.create_task(rig.answer())
            await asyncio.to_thread(upstream.wait_for, requests=4)
            probe.cancel()
            await asyncio.gather(probe, return_exceptions=True)
            assert await fail(rig, 1) == [ProvidersResting]
            clock.advance(15.0)
            assert (await rig.answer())[1].model == "small"


async def test_two_hundred_calls_at_once_send_a_dead_target_no_second_wave():
    policy = msgspec.structs.replace(QUICK, retries=5, breaker=BreakerPolicy(failures=3, cool_down_seconds=30.0))
    with Upstream() as upstream:
        async with open_rig(upstream, TWO, policy) as rig:
            upstream.inject_always(DOWN, model="small")
            replies = await asyncio.gather(*(rig.answer() for _ in range(200)))
            assert {receipt.model for _, receipt in replies} == {"big"}
            # All were let through before the first failure was known; none of them asks again.
            assert len(upstream.list_requests(model="small")) <= 200 + 3


async def test_aliases_that_share_a_target_share_what_is_known_of_it():
    other = Alias(name="other", targets=(target("openai/small"), target("openai/big")), policy=POLICY)
    with Upstream() as upstream:
        async with open_rig(upstream, policy=POLICY, more=[other]) as rig:
            upstream.inject_always(DOWN, model="small")
            await fail(rig, 3)
            reply = await rig.gateway.answer(msgspec.structs.replace(ask(), model="other"))
            assert reply.receipt.model == "big"
            assert len(upstream.list_requests(model="small")) == 3


@pytest.mark.parametrize(("wire", "after"), [(Wire.CHAT, 4), (Wire.MESSAGES, 6), (Wire.RESPONSES, 7)])
async def test_a_target_whose_streams_always_break_off_is_left_alone(wire: Wire, after: int):
    own = "anthropic" if wire is Wire.MESSAGES else "openai"
    with Upstream("one two three four") as upstream:
        async with open_rig(upstream, (f"{own}/small", f"{own}/big"), POLICY) as rig:
            upstream.inject_always(Fault(kind=FaultKind.RESET, after=after, seconds=0.03), model="small")
            broken = [(await rig.stream(wire)).receipt.model for _ in range(5)]
            assert broken == ["small"] * 3 + ["big"] * 2


async def test_a_caller_in_haste_closes_a_target_to_nobody():
    with Upstream() as upstream:
        async with open_rig(upstream, policy=POLICY) as rig:
            for _ in range(5):
                upstream.inject(FaultKind.HANG)
                with pytest.raises(ProviderTimeout):
                    await rig.answer(msgspec.structs.replace(ask(), timeout_seconds=0.05))
            assert (await rig.answer())[1].model == "small"


async def test_a_wait_that_the_provider_names_is_kept_by_all_calls():
    with Upstream() as upstream:
        async with open_rig(upstream, TWO, POLICY) as rig:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=429, retry_after="47"))
            assert [(await rig.answer())[1].model for _ in range(3)] == ["big"] * 3
            assert len(upstream.list_requests(model="small")) == 1


async def test_a_retry_is_not_sent_where_others_found_the_target_dead_meanwhile():
    policy = msgspec.structs.replace(
        ONCE, retries=1, first_wait_seconds=1.0, breaker=BreakerPolicy(failures=3, cool_down_seconds=30.0)
    )
    with Upstream() as upstream:
        async with open_rig(upstream, policy=policy) as rig:
            upstream.inject_always(DOWN)
            waiting = [asyncio.create_task(rig.answer()) for _ in range(2)]
            await until(lambda: len(upstream.requests) == 2)
            await fail(rig, 1)
            await asyncio.gather(*waiting, return_exceptions=True)
            assert len(upstream.requests) == 3
