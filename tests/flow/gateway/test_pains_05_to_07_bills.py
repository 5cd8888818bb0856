"""FIELD, pains 5, 6 and 7: what a call used is counted once, wherever the provider says it, or estimated and marked."""

import pytest

from plimsoll.gateway import Wire
from plimsoll.gateway.wire import event_data
from plimsoll.records import Usage
from plimsoll.testing import Fault, FaultKind, Said, SaidTool, SaidUsage, Upstream

from flow.gateway.rig import ONCE, ask, open_rig

pytestmark = pytest.mark.anyio
OWN = {Wire.CHAT: "openai", Wire.RESPONSES: "openai", Wire.MESSAGES: "anthropic"}
CACHED = SaidUsage(input_tokens=100, output_tokens=10, cached_input_tokens=80, reasoning_tokens=4)
COST = 20 * 1.0 + 80 * 0.1 + 10 * 4.0
"""20 tokens read anew, 80 from the cache, 10 written, 4 of them reasoning."""


@pytest.mark.parametrize("streams", ["whole", "stream"])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("caller", list(OWN))
async def test_cached_and_reasoning_tokens_are_parts_and_priced_once(caller: Wire, provider: str, streams: str):
    with Upstream(usage=CACHED) as upstream:
        async with open_rig(upstream, (f"{provider}/small",)) as rig:
            if streams == "stream":
                receipt = (await rig.stream(caller)).receipt
            else:
                _, receipt = await rig.answer(ask(caller))
            usage = receipt.usage
            assert (usage.input_tokens, usage.output_tokens, usage.cached_input_tokens) == (100, 10, 80)
            assert receipt.cost_usd == pytest.approx(COST)
            assert rig.span.attributes["plimsoll.cost_usd"] == pytest.approx(COST)


@pytest.mark.parametrize("kind", [FaultKind.USAGE_ON_CHOICE, FaultKind.USAGE_IN_MIDDLE])
async def test_a_count_that_comes_with_a_choice_is_seen_and_its_choice_passed_on(kind: FaultKind):
    with Upstream("one two three", usage=CACHED) as upstream:
        async with open_rig(upstream) as rig:
            upstream.inject(kind)
            seen = await rig.stream()
            assert (seen.facts.text, seen.facts.finish_reason) == ("one two three", "stop")
            assert seen.receipt.cost_usd == pytest.approx(COST)
            assert not seen.receipt.usage.is_estimated


async def test_the_chunk_that_only_counts_is_kept_from_a_caller_who_did_not_ask():
    with Upstream() as upstream:
        async with open_rig(upstream) as rig:
            silent = await rig.stream()
            asked = await rig.stream(stream_options={"include_usage": True})
            assert upstream.requests[0].body["stream_options"] == {"include_usage": True}
            assert len(asked.events) == len(silent.events) + 1
            assert not [event for event in silent.events if b'"choices":[]' in event]
            assert b'"choices":[]' in event_data(asked.events[-2])
            assert silent.receipt.usage == asked.receipt.usage == Usage(input_tokens=11, output_tokens=7)


@pytest.mark.parametrize("streams", ["whole", "stream"])
@pytest.mark.parametrize("wire", list(OWN))
async def test_what_nobody_counted_is_estimated_over_all_that_was_written(wire: Wire, streams: str):
    tool = SaidTool(name="find", arguments='{"a":"' + "b" * 32 + '"}')
    with Upstream(Said(reasoning="r" * 40, text="t" * 40, tool_calls=(tool,))) as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small",), ONCE) as rig:
            upstream.inject(FaultKind.NO_USAGE)
            if streams == "stream":
                receipt = (await rig.stream(wire)).receipt
            else:
                _, receipt = await rig.answer(ask(wire))
            assert receipt.usage.is_estimated
            assert receipt.usage.output_tokens == 10 + 10 + 10
            assert receipt.cost_usd == receipt.usage.input_tokens + 4 * 30


async def test_a_stream_that_broke_within_its_reasoning_is_billed_for_it():
    with Upstream(Said(reasoning=" ".join(["thought"] * 20), text="t")) as upstream:
        async with open_rig(upstream, policy=ONCE) as rig:
            upstream.inject(Fault(kind=FaultKind.RESET, after=11, seconds=0.03))
            seen = await rig.stream()
            assert seen.receipt.usage.output_tokens == len(" ".join(["thought"] * 10)) // 4 + 1


async def test_every_attempt_that_was_worked_on_is_on_the_bill():
    with Upstream() as upstream:
        async with open_rig(upstream) as rig:
            upstream.inject(FaultKind.TRUNCATED, Fault(kind=FaultKind.STATUS, status=503))
            _, receipt = await rig.answer()
            assert receipt.attempts == 3
            assert receipt.usage.is_estimated
            assert 11 + 10 <= receipt.usage.input_tokens <= 11 + 40
            assert receipt.usage.output_tokens == 7
