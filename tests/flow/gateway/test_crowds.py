"""Many calls at once, and many after each other: each ends as it should, and nothing of it stays (FIELD, pain 1)."""

import asyncio
import gc
import tracemalloc

import msgspec
import pytest

from plimsoll.errors import UpstreamError
from plimsoll.gateway import BreakerPolicy, Policy, Timeouts, Wire
from plimsoll.testing import Fault, FaultKind, SeenRequest, Upstream

from flow.gateway.rig import QUICK, Rig, ask, open_rig

pytestmark = pytest.mark.anyio
OWN = {Wire.CHAT: "openai", Wire.RESPONSES: "openai", Wire.MESSAGES: "anthropic"}
CROWD = Policy(
    retries=2,
    first_wait_seconds=0.001,
    mid_stream="restart",
    timeouts=Timeouts(first_token_seconds=5.0, between_chunks_seconds=5.0, attempt_seconds=5.0, total_seconds=20.0),
    breaker=BreakerPolicy(failures=1_000),
)
FAULTS = [
    Fault(kind=FaultKind.STATUS, status=503),
    Fault(kind=FaultKind.STATUS, status=429, retry_after_ms=5),
    FaultKind.RESET,
    FaultKind.TRUNCATED,
    FaultKind.MALFORMED,
    FaultKind.ERROR_EVENT,
    Fault(kind=FaultKind.RESET, after=5),
    Fault(kind=FaultKind.END_EARLY, after=3),
    FaultKind.SPLIT,
    FaultKind.USAGE_ON_CHOICE,
]


def echo(seen: SeenRequest) -> str:
    """Answer with what was asked, so that no answer reaches another caller."""
    text = str(seen.body.get("input") or seen.body.get("messages"))
    return f"You asked: {text.partition('#')[2].partition('#')[0]}."


async def call(rig: Rig, number: int) -> str:
    """Ask one question in one of the wires, whole or streamed; return its answer or its error."""
    wire = list(OWN)[number % 3]
    question = f"What is #{number}#?"
    body: dict[str, object] = {"input": question}
    if wire is not Wire.RESPONSES:
        body = {"messages": [{"role": "user", "content": question}]}
    try:
        if number % 2:
            return (await rig.stream(wire, **body)).facts.text
        reply = await rig.gateway.answer(ask(wire, **body))
    except UpstreamError as error:
        return error.code
    else:
        return reply.facts.text


async def test_two_hundred_calls_at_once_with_faults_of_every_kind_end_as_they_should():
    before = asyncio.all_tasks()
    with Upstream(echo) as upstream:
        async with open_rig(upstream, ("openai/small", "anthropic/middle", "openai/big"), CROWD) as rig:
            upstream.inject(*(FAULTS[number % len(FAULTS)] for number in range(100)))
            answers = await asyncio.gather(*(call(rig, number) for number in range(200)))
            assert [a for n, a in enumerate(answers) if not a.endswith(f"You asked: {n}.")] == []
            await asyncio.to_thread(upstream.wait_for, open_requests=0)
            assert len(rig.sink.spans) == 200
            assert all("gen_ai.usage.input_tokens" in span.attributes for span in rig.sink.spans)
    assert asyncio.all_tasks() == before


async def test_callers_who_leave_at_random_moments_leave_nothing_behind():
    before = asyncio.all_tasks()
    with Upstream(echo) as upstream:
        async with open_rig(upstream, ("openai/small", "anthropic/big"), CROWD) as rig:
            upstream.inject_always(Fault(kind=FaultKind.SLOW_TOKENS, seconds=0.005))
            calls = [asyncio.create_task(call(rig, number)) for number in range(100)]
            for number, one in enumerate(calls):
                if number % 3:
                    for _ in range(number % 7):
                        await asyncio.sleep(0.001)
                    one.cancel()
            ended = await asyncio.gather(*calls, return_exceptions=True)
            stayed = [one for number, one in enumerate(ended) if number % 3 == 0]
            assert stayed == [f"You asked: {number}." for number in range(0, 100, 3)]
            await asyncio.to_thread(upstream.wait_for, open_requests=0)
            assert [span for span in rig.sink.spans if span.attributes.get("error.type") == "defect"] == []
    assert asyncio.all_tasks() == before


@pytest.mark.slow
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
async def test_thousands_of_calls_do_not_grow_the_gateway(streams: object):
    policy = msgspec.structs.replace(QUICK, breaker=BreakerPolicy(failures=1_000_000))
    with Upstream("pong " * 20, remembers=10) as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), policy) as rig:

            async def ask_often(times: int) -> int:
                for number in range(times):
                    if number % 10 == 0:
                        upstream.inject(Fault(kind=FaultKind.STATUS, status=503))
                    await (rig.stream() if streams else rig.answer())
                    rig.sink.spans.clear()
                gc.collect()
                return tracemalloc.get_traced_memory()[0]

            tracemalloc.start()
            try:
                before = await ask_often(300)
                after = await ask_often(1_500)
            finally:
                tracemalloc.stop()
            assert after - before < 200_000
