"""FIELD, pain 8: a caller who leaves takes the call at the provider along, at whatever stage, and is billed once."""

import asyncio

import msgspec
import pytest

from plimsoll.gateway import BreakerPolicy, Wire
from plimsoll.testing import Fault, FaultKind, Upstream

from flow.gateway.rig import ONCE, Rig, ask, open_rig
from waiting import until

pytestmark = pytest.mark.anyio
OWN = {Wire.CHAT: "openai", Wire.RESPONSES: "openai", Wire.MESSAGES: "anthropic"}
STARTED = {Wire.CHAT: 4, Wire.MESSAGES: 6, Wire.RESPONSES: 7}
RESUMES = msgspec.structs.replace(ONCE, mid_stream="resume", breaker=BreakerPolicy(failures=100))


async def cancel(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def assert_billed_once(rig: Rig) -> None:
    (span,) = rig.sink.spans
    assert span.attributes["error.type"] == "cancelled"
    assert span.attributes["plimsoll.usage_estimated"]
    usage = [span.attributes[f"gen_ai.usage.{kind}_tokens"] for kind in ("input", "output")]
    assert 10 <= int(str(usage[0])) <= 40
    assert span.attributes["plimsoll.cost_usd"] == int(str(usage[0])) + 4 * int(str(usage[1]))


@pytest.mark.parametrize("wire", list(OWN))
@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP])
async def test_a_whole_answer_is_left_while_it_is_waited_for(wire: Wire, kind: FaultKind):
    with Upstream() as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small",)) as rig:
            upstream.inject(kind)
            task = asyncio.create_task(rig.answer(ask(wire)))
            await asyncio.to_thread(upstream.wait_for, requests=1)
            await cancel(task)
            await asyncio.to_thread(upstream.wait_for, abandoned=1, open_requests=0)
            assert_billed_once(rig)


@pytest.mark.parametrize("wire", list(OWN))
@pytest.mark.parametrize("after", [0, 1])
async def test_a_stream_is_left_before_its_first_token(wire: Wire, after: int):
    with Upstream() as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small",)) as rig:
            upstream.inject(Fault(kind=FaultKind.STALL, after=after))
            task = asyncio.create_task(rig.stream(wire))
            await asyncio.to_thread(upstream.wait_for, waiting=1)
            await cancel(task)
            await asyncio.to_thread(upstream.wait_for, abandoned=1, open_requests=0)
            assert_billed_once(rig)


@pytest.mark.parametrize("wire", list(OWN))
async def test_a_stream_is_left_in_the_middle_and_what_was_said_is_billed(wire: Wire):
    with Upstream("one two three") as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small",)) as rig:
            upstream.inject(Fault(kind=FaultKind.STALL, after=STARTED[wire]))
            seen: list[bytes] = []

            async def read() -> None:
                async with rig.gateway.stream(ask(wire, stream=True)) as reply:
                    async for data in reply:
                        seen.append(data)  # noqa: PERF401 - the test looks on meanwhile

            task = asyncio.create_task(read())
            await until(lambda: b"three" in b"".join(seen))
            await cancel(task)
            await asyncio.to_thread(upstream.wait_for, abandoned=1, open_requests=0)
            assert_billed_once(rig)
            assert rig.span.attributes["gen_ai.usage.output_tokens"] == 4


@pytest.mark.parametrize("wire", list(OWN))
async def test_a_caller_who_stops_reading_leaves_as_well(wire: Wire):
    with Upstream("one two three") as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small",)) as rig:
            upstream.inject(Fault(kind=FaultKind.STALL, after=STARTED[wire]))
            async with rig.gateway.stream(ask(wire, stream=True)) as reply:
                assert await anext(aiter(reply))
            await asyncio.to_thread(upstream.wait_for, abandoned=1, open_requests=0)
            assert rig.span.attributes["plimsoll.usage_estimated"]


async def test_a_call_is_left_while_it_waits_to_be_tried_again():
    with Upstream() as upstream:
        async with open_rig(upstream, policy=msgspec.structs.replace(ONCE, retries=3)) as rig:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=503, retry_after="5"))
            task = asyncio.create_task(rig.answer())
            await until(lambda: rig.decisions)
            await cancel(task)
            assert rig.events == ["retry"]
            assert "plimsoll.cost_usd" not in rig.span.attributes


@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.MESSAGES])
async def test_a_stream_is_left_while_another_target_is_asked_to_go_on(wire: Wire):
    with Upstream("one two three") as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small", f"{OWN[wire]}/big"), RESUMES) as rig:
            upstream.inject(Fault(kind=FaultKind.RESET, after=STARTED[wire], seconds=0.03))
            upstream.inject_always(FaultKind.HANG, model="big")
            task = asyncio.create_task(rig.stream(wire))
            await asyncio.to_thread(upstream.wait_for, waiting=1)
            await cancel(task)
            await asyncio.to_thread(upstream.wait_for, open_requests=0)
            assert rig.events == ["stream_broken"]
            # The first target wrote four tokens; the second may have read the request.
            assert rig.span.attributes["gen_ai.usage.output_tokens"] == 4
            assert 20 <= int(str(rig.span.attributes["gen_ai.usage.input_tokens"])) <= 150
