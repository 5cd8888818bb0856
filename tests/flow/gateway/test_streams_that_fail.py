"""Every way in which a stream fails or is odd, on every wire: before its first token it falls over unseen, after it the
caller gets an error event; either way it is written down and paid for (FIELD, pains 5 and 7)."""

import msgspec
import pytest

from plimsoll.errors import ProviderRefused, ProviderTimeout, ProviderUnreachable, UnusableAnswer, UpstreamError
from plimsoll.gateway import Policy, Wire
from plimsoll.testing import Fault, FaultKind, Upstream

from flow.gateway.rig import IN_HASTE, ONCE, open_rig

pytestmark = pytest.mark.anyio
HASTY = Policy(retries=0, timeouts=IN_HASTE)
SAID = "The ship lies in the harbour of Piraeus tonight."
OWN = {Wire.CHAT: "openai", Wire.RESPONSES: "openai", Wire.MESSAGES: "anthropic"}
WIRES = list(OWN)
FIRST_EVENTS = {Wire.CHAT: 1, Wire.MESSAGES: 3, Wire.RESPONSES: 4}
"""Events before the first one with content."""
STARTED = {Wire.CHAT: 4, Wire.MESSAGES: 6, Wire.RESPONSES: 7}
"""Events of which the last three bring words."""

BEFORE = [
    (Fault(kind=FaultKind.STATUS, status=503), ProviderRefused),
    (FaultKind.WRONG_TYPE, UnusableAnswer),
    (FaultKind.REDIRECT, ProviderRefused),
    (FaultKind.RESET, ProviderUnreachable),
    (FaultKind.HANG, ProviderTimeout),
    (Fault(kind=FaultKind.LATENCY, seconds=5), ProviderTimeout),
    (Fault(kind=FaultKind.SLOW_START, seconds=5), ProviderTimeout),
]
WITHIN = [
    (FaultKind.RESET, ProviderUnreachable),
    (FaultKind.TRUNCATED, ProviderUnreachable),
    (FaultKind.CUT_JSON, UnusableAnswer),
    (FaultKind.MALFORMED, UnusableAnswer),
    (FaultKind.OVERSIZE, UnusableAnswer),
    (FaultKind.END_EARLY, UnusableAnswer),
    (FaultKind.ERROR_EVENT, ProviderRefused),
    (FaultKind.STALL, ProviderTimeout),
    (FaultKind.DRIP, ProviderTimeout),
]


def policy_for(error: type[UpstreamError]) -> Policy:
    return HASTY if error is ProviderTimeout else ONCE


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("fault", "error"), BEFORE)
async def test_what_fails_before_the_stream_falls_over(
    wire: Wire, fault: Fault | FaultKind, error: type[UpstreamError]
):
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small", f"{OWN[wire]}/big"), policy_for(error)) as rig:
            upstream.inject(fault)
            seen = await rig.stream(wire)
            assert (seen.facts.text, seen.facts.model, rig.events) == (SAID, "big", ["fall_back"])
            assert rig.span.events[0].attributes["error.type"] == error.code
            assert rig.span.error is None


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("kind", "error"), WITHIN)
async def test_what_fails_before_the_first_token_falls_over_unseen(
    wire: Wire, kind: FaultKind, error: type[UpstreamError]
):
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small", f"{OWN[wire]}/big"), policy_for(error)) as rig:
            upstream.inject(Fault(kind=kind, after=FIRST_EVENTS[wire], seconds=0.05))
            seen = await rig.stream(wire)
            assert (seen.facts.text, seen.facts.model, rig.events) == (SAID, "big", ["fall_back"])
            assert rig.span.events[0].attributes["error.type"] == error.code


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("kind", "error"), WITHIN)
async def test_what_fails_after_the_first_token_ends_in_an_error_event_and_is_billed(
    wire: Wire, kind: FaultKind, error: type[UpstreamError]
):
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small", f"{OWN[wire]}/big"), policy_for(error)) as rig:
            upstream.inject(Fault(kind=kind, after=STARTED[wire], seconds=0.05))
            seen = await rig.stream(wire)
            assert seen.facts.text == "The ship lies"
            assert b"error" in seen.events[-1]
            assert rig.events == ["stream_broken"]
            assert rig.span.events[0].attributes["error.type"] == error.code
            assert rig.span.attributes["error.type"] == error.code
            usage = seen.receipt.usage
            assert usage.is_estimated
            assert usage.output_tokens == 4
            assert usage.input_tokens >= 11
            assert seen.receipt.cost_usd == usage.input_tokens + 4 * usage.output_tokens


ODD = [
    FaultKind.SPLIT,
    FaultKind.JOINED,
    FaultKind.CRLF,
    FaultKind.HEARTBEATS,
    FaultKind.NO_DONE,
    FaultKind.TWO_FINISHES,
    FaultKind.SLOW_TOKENS,
]


@pytest.mark.parametrize("caller", WIRES)
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("kind", ODD)
async def test_what_is_odd_but_whole_is_an_answer_that_its_provider_counted(
    caller: Wire, provider: str, kind: FaultKind
):
    said = "Größe: 20 m, über Bord."
    with Upstream(said) as upstream:
        async with open_rig(upstream, (f"{provider}/small",), ONCE) as rig:
            upstream.inject(Fault(kind=kind))
            seen = await rig.stream(caller)
            assert (seen.facts.text, seen.facts.error, rig.events) == (said, None, [])
            assert seen.facts.finish_reason in {"stop", "end_turn", "completed"}
            assert (seen.receipt.usage.input_tokens, seen.receipt.usage.output_tokens) == (11, 7)
            assert not seen.receipt.usage.is_estimated
            assert seen.receipt.cost_usd == 11 + 4 * 7


@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.MESSAGES])
async def test_a_stream_whose_last_event_is_missing_is_given_one(wire: Wire):
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, (f"{OWN[wire]}/small",), ONCE) as rig:
            whole = await rig.stream(wire)
            upstream.inject(FaultKind.NO_DONE)
            seen = await rig.stream(wire)
            assert seen.events[-1] == whole.events[-1]
            assert len(seen.events) == len(whole.events)


@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.MESSAGES])
async def test_a_stream_that_is_reset_after_its_answer_has_not_failed(wire: Wire):
    with Upstream(SAID) as upstream:
        policy = msgspec.structs.replace(ONCE, mid_stream="restart")
        async with open_rig(upstream, (f"{OWN[wire]}/small", f"{OWN[wire]}/big"), policy) as rig:
            whole = await rig.stream(wire)
            upstream.inject(
                Fault(kind=FaultKind.RESET, after=len(whole.events) - 1 + (wire is Wire.CHAT), seconds=0.05)
            )
            seen = await rig.stream(wire)
            assert (seen.facts.text, seen.facts.model, rig.events) == (SAID, "small", [])
            assert seen.events[-1] == whole.events[-1]


async def test_a_stream_that_only_says_that_it_is_over_is_no_answer():
    with Upstream("") as upstream:
        async with open_rig(upstream, ("anthropic/small", "anthropic/big"), ONCE) as rig:
            upstream.inject(Fault(kind=FaultKind.END_EARLY, after=0))
            seen = await rig.stream(Wire.MESSAGES)
            assert (seen.facts.model, rig.events) == ("big", ["fall_back"])
