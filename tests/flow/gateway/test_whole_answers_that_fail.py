"""Every way in which a whole answer fails: the error, what is asked next, what is written down, what is paid."""

import pytest

from plimsoll.errors import (
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnpaid,
    ProviderUnreachable,
    RequestRejected,
    UnusableAnswer,
    UpstreamError,
)
from plimsoll.gateway import Policy
from plimsoll.testing import Fault, FaultKind, Upstream

from flow.gateway.rig import IN_HASTE, ONCE, open_rig

pytestmark = pytest.mark.anyio
TWO = ("openai/small", "openai/big")
HASTY = Policy(retries=0, timeouts=IN_HASTE)

FAILURES = [
    (Fault(kind=FaultKind.STATUS, status=401), ProviderRefused, ONCE),
    (Fault(kind=FaultKind.STATUS, status=404), ProviderRefused, ONCE),
    (Fault(kind=FaultKind.STATUS, status=429), ProviderBusy, ONCE),
    (Fault(kind=FaultKind.STATUS, status=402), ProviderUnpaid, ONCE),
    (Fault(kind=FaultKind.STATUS, status=429, code="insufficient_quota"), ProviderUnpaid, Policy(retries=3)),
    (Fault(kind=FaultKind.STATUS, status=500), ProviderRefused, ONCE),
    (Fault(kind=FaultKind.STATUS, status=529), ProviderRefused, ONCE),
    (FaultKind.REDIRECT, ProviderRefused, ONCE),
    (FaultKind.RESET, ProviderUnreachable, ONCE),
    (FaultKind.TRUNCATED, ProviderUnreachable, ONCE),
    (FaultKind.CUT_JSON, UnusableAnswer, ONCE),
    (FaultKind.MALFORMED, UnusableAnswer, ONCE),
    (FaultKind.WRONG_TYPE, UnusableAnswer, ONCE),
    (FaultKind.OVERSIZE, UnusableAnswer, ONCE),
    (FaultKind.HANG, ProviderTimeout, HASTY),
    (Fault(kind=FaultKind.LATENCY, seconds=5), ProviderTimeout, HASTY),
    (Fault(kind=FaultKind.SLOW_START, seconds=5), ProviderTimeout, HASTY),
    (FaultKind.DRIP, ProviderTimeout, HASTY),
]
PAID = {FaultKind.TRUNCATED, FaultKind.CUT_JSON, FaultKind.MALFORMED, FaultKind.OVERSIZE}
"""The provider had begun to answer well: it charges for that."""


@pytest.mark.parametrize(("fault", "error", "policy"), FAILURES)
async def test_a_failure_has_its_error_its_event_and_its_bill(
    fault: Fault | FaultKind, error: type[UpstreamError], policy: Policy
):
    with Upstream() as upstream:
        async with open_rig(upstream, policy=policy) as rig:
            upstream.inject(fault)
            with pytest.raises(error) as caught:
                await rig.answer()
            assert type(caught.value) is error
            assert rig.events == ["give_up"]
            assert rig.span.attributes["error.type"] == caught.value.code
            kind = fault.kind if isinstance(fault, Fault) else fault
            is_paid = kind in PAID or error is ProviderTimeout
            assert rig.span.attributes.get("plimsoll.usage_estimated", False) is is_paid
            assert len(upstream.list_requests()) == 1


@pytest.mark.parametrize(("fault", "error", "policy"), FAILURES)
async def test_a_failure_falls_over_to_the_next_target(
    fault: Fault | FaultKind, error: type[UpstreamError], policy: Policy
):
    with Upstream() as upstream:
        async with open_rig(upstream, TWO, policy) as rig:
            upstream.inject(fault)
            body, receipt = await rig.answer()
            assert body["model"] == receipt.model == "big"
            assert receipt.attempts == 2
            assert rig.events == ["fall_back"]
            assert rig.span.events[0].attributes["error.type"] == error.code
            assert rig.span.events[0].attributes["plimsoll.target"] == "openai/small"


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_request_that_must_change_is_asked_nowhere_else(status: int):
    with Upstream() as upstream:
        async with open_rig(upstream, TWO) as rig:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=status))
            with pytest.raises(RequestRejected):
                await rig.answer()
            assert [seen.model for seen in upstream.list_requests()] == ["small"]
            assert rig.span.attributes.get("plimsoll.cost_usd") is None


@pytest.mark.parametrize(
    "fault", [FaultKind.RESET, FaultKind.TRUNCATED, FaultKind.MALFORMED, Fault(kind=FaultKind.STATUS, status=503)]
)
async def test_what_may_pass_is_tried_again_at_the_same_target_first(fault: Fault | FaultKind):
    with Upstream() as upstream:
        async with open_rig(upstream, TWO) as rig:
            upstream.inject(fault, fault)
            _, receipt = await rig.answer()
            assert (receipt.model, receipt.attempts, rig.events) == ("small", 3, ["retry", "retry"])


async def test_an_answer_without_a_count_is_estimated_and_marked():
    with Upstream("four words are here") as upstream:
        async with open_rig(upstream) as rig:
            upstream.inject(FaultKind.NO_USAGE)
            _, receipt = await rig.answer()
            assert receipt.usage.is_estimated
            assert receipt.usage.output_tokens == 5
            assert receipt.usage.input_tokens > 10
