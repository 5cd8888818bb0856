"""FIELD, pain 12 and law 10: no call outlives its deadlines, whatever a provider does; nobody waits 47 s."""

import asyncio
import time

import msgspec
import pytest

from plimsoll.errors import ProviderBusy, ProviderTimeout, ProviderUnreachable
from plimsoll.gateway import Timeouts, Wire
from plimsoll.testing import Fault, FaultKind, Upstream

from flow.gateway.rig import ONCE, QUICK, Rig, Streamed, ask, open_rig

pytestmark = pytest.mark.anyio
LONG = 30.0


def times(
    *,
    first_token_seconds: float = LONG,
    between_chunks_seconds: float = LONG,
    attempt_seconds: float = LONG,
    total_seconds: float = LONG,
):
    return msgspec.structs.replace(
        ONCE,
        timeouts=Timeouts(
            connect_seconds=1.0,
            first_token_seconds=first_token_seconds,
            between_chunks_seconds=between_chunks_seconds,
            attempt_seconds=attempt_seconds,
            total_seconds=total_seconds,
        ),
    )


async def time_of_stream(rig: Rig) -> tuple[Streamed, float]:
    began = time.monotonic()
    seen = await rig.stream()
    return seen, time.monotonic() - began


@pytest.mark.parametrize("wait", ["47", "Sat, 21 Nov 2099 12:00:00 GMT"])
async def test_a_long_retry_after_is_not_waited_for(wait: str):
    busy = Fault(kind=FaultKind.STATUS, status=429, retry_after=wait)
    with Upstream() as upstream:
        async with open_rig(upstream, policy=QUICK) as rig:
            upstream.inject(busy)
            began = time.monotonic()
            with pytest.raises(ProviderBusy) as caught:
                await rig.answer()
            assert time.monotonic() - began < 2.0
            assert (caught.value.retry_after_seconds or 0.0) >= 47
        async with open_rig(upstream, ("openai/small", "openai/big"), QUICK) as rig:
            upstream.inject(busy)
            assert (await rig.answer())[1].model == "big"
            assert time.monotonic() - began < 4.0


async def test_a_short_retry_after_is_kept_to_where_nobody_else_can_be_asked():
    with Upstream() as upstream:
        async with open_rig(upstream, policy=QUICK) as rig:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=429, retry_after_ms=120))
            began = time.monotonic()
            _, receipt = await rig.answer()
            assert time.monotonic() - began >= 0.12
            assert (receipt.attempts, rig.events) == (2, ["retry"])


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP, FaultKind.STALL])
async def test_the_first_token_has_its_own_deadline(kind: FaultKind):
    with Upstream() as upstream:
        async with open_rig(upstream, policy=times(first_token_seconds=0.1)) as rig:
            upstream.inject(Fault(kind=kind, after=1))
            began = time.monotonic()
            with pytest.raises(ProviderTimeout, match=r"0\.1 s"):
                await rig.stream()
            assert time.monotonic() - began < 2.0
            assert rig.span.attributes["plimsoll.usage_estimated"]


async def test_comments_are_no_first_token():
    with Upstream("one") as upstream:
        async with open_rig(upstream, policy=times(first_token_seconds=0.1)) as rig:
            upstream.inject(Fault(kind=FaultKind.SLOW_TOKENS, seconds=0.5))
            with pytest.raises(ProviderTimeout):
                await rig.stream()


@pytest.mark.parametrize("kind", [FaultKind.STALL, FaultKind.DRIP])
async def test_silence_between_chunks_has_its_own_deadline_and_a_drip_is_silence(kind: FaultKind):
    with Upstream("one two three") as upstream:
        async with open_rig(upstream, policy=times(between_chunks_seconds=0.15)) as rig:
            upstream.inject(Fault(kind=kind, after=3))
            seen, seconds = await time_of_stream(rig)
            assert seconds < 2.0
            assert b"fell silent for 0.15 s" in seen.events[-1]
            assert seen.facts.text == "one two"


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP])
async def test_an_attempt_has_its_own_deadline_after_which_the_next_target_has_time(kind: FaultKind):
    with Upstream() as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), times(attempt_seconds=0.15)) as rig:
            upstream.inject(kind)
            _, receipt = await rig.answer()
            assert (receipt.model, rig.events) == ("big", ["fall_back"])
            assert 150 <= receipt.upstream_ms < 2_000


async def test_the_total_bounds_retries_waits_and_targets_together():
    policy = msgspec.structs.replace(times(total_seconds=0.3), retries=50, first_wait_seconds=0.02)
    with Upstream() as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), policy) as rig:
            upstream.inject_always(Fault(kind=FaultKind.LATENCY, seconds=0.05))
            upstream.inject_always(FaultKind.HANG, model="big")
            upstream.inject_always(Fault(kind=FaultKind.STATUS, status=503), model="small")
            began = time.monotonic()
            with pytest.raises((ProviderTimeout, ProviderUnreachable)):
                await rig.answer()
            assert time.monotonic() - began < 2.0


async def test_the_total_ends_a_stream_that_goes_on_and_on_and_blames_nobody():
    with Upstream(" ".join(["word"] * 200)) as upstream:
        async with open_rig(upstream, policy=times(total_seconds=0.4)) as rig:
            upstream.inject(Fault(kind=FaultKind.SLOW_TOKENS, seconds=0.02))
            seen, seconds = await time_of_stream(rig)
            assert seconds < 2.0
            assert b"did not end in time" in seen.events[-1]
            assert seen.receipt.usage.output_tokens > 1
            assert (await rig.stream()).facts.finish_reason == "stop"


async def test_a_callers_own_deadline_is_kept_where_it_is_shorter():
    with Upstream() as upstream:
        async with open_rig(upstream, policy=times()) as rig:
            upstream.inject_always(FaultKind.HANG)
            for wire in (Wire.CHAT, Wire.RESPONSES):
                with pytest.raises(ProviderTimeout):
                    await rig.answer(msgspec.structs.replace(ask(wire), timeout_seconds=0.1))
            await asyncio.to_thread(upstream.wait_for, abandoned=2)


async def test_a_server_that_keeps_the_connection_open_after_the_last_event_holds_nobody_up():
    with Upstream("one") as upstream:
        async with open_rig(upstream, policy=times()) as rig:
            whole = await rig.stream()
            upstream.inject(Fault(kind=FaultKind.STALL, after=len(whole.events) + 1))
            seen, seconds = await time_of_stream(rig)
            assert seconds < 2.0
            assert (seen.facts.finish_reason, rig.events) == ("stop", [])
            assert not seen.receipt.usage.is_estimated
