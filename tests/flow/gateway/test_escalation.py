"""Answers that their caller rejects, and targets that cannot do what is asked: another one is asked."""

import json

import msgspec
import pytest

from plimsoll.errors import InvalidRequest, ProviderRefused, ProvidersResting
from plimsoll.gateway import BreakerPolicy, Call, ReplyFacts, Wire
from plimsoll.testing import Fault, FaultKind, SeenRequest, Upstream

from flow.gateway.rig import ONCE, QUICK, ask, open_rig

pytestmark = pytest.mark.anyio
THREE = ("openai/small", "openai/middle", "openai/big")
DOWN = Fault(kind=FaultKind.STATUS, status=404)


def say_model(seen: SeenRequest) -> str:
    return f"I am {seen.model}"


def wanting(*models: str) -> Call:
    """Return a call that only these models' answers satisfy."""

    def accept(facts: ReplyFacts) -> str:
        return "" if facts.text.split()[-1] in models else f"{facts.text} is not wanted"

    return msgspec.structs.replace(ask(), accept=accept)


async def test_a_rejected_answer_goes_to_the_next_larger_target_and_all_are_billed():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, THREE) as rig:
            body, receipt = await rig.answer(wanting("big"))
            assert "I am big" in json.dumps(body)
            assert (receipt.model, receipt.rejected, receipt.attempts) == ("big", "", 3)
            assert receipt.usage.output_tokens == 3 * 7
            assert rig.events == ["answer_rejected", "answer_rejected"]
            assert rig.span.events[0].attributes["plimsoll.reason"] == "I am small is not wanted"


async def test_the_last_rejected_answer_is_returned_with_the_reason():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, THREE) as rig:
            _, receipt = await rig.answer(wanting("nobody"))
            assert (receipt.model, receipt.rejected) == ("big", "I am big is not wanted")


async def test_a_rejected_answer_is_better_than_none_and_names_who_gave_it():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, ("openai/small", "anthropic/big")) as rig:
            upstream.inject_always(DOWN, model="big")
            _, receipt = await rig.answer(wanting("nobody"))
            assert (receipt.provider, receipt.model) == ("openai", "small")
            assert receipt.rejected == "I am small is not wanted"
            assert rig.span.attributes["gen_ai.provider.name"] == "openai"


async def test_without_escalation_the_first_answer_is_the_last():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, THREE, msgspec.structs.replace(QUICK, escalate=False)) as rig:
            _, receipt = await rig.answer(wanting("big"))
            assert (receipt.model, receipt.attempts) == ("small", 1)
            assert receipt.rejected


async def test_a_target_that_cannot_say_what_is_asked_is_passed_over():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, ("anthropic/small", "openai/big")) as rig:
            _, receipt = await rig.answer(ask(n=2))
            assert (receipt.model, receipt.attempts) == ("big", 1)
            assert rig.events == ["target_skipped"]
            assert "n" in str(rig.span.events[0].attributes["plimsoll.reason"])
            assert (await rig.stream(n=2)).facts.text == "I am big"


async def test_what_no_target_can_say_is_the_callers_to_change():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, ("anthropic/small",)) as rig:
            with pytest.raises(InvalidRequest):
                await rig.answer(ask(n=2))
            assert not upstream.requests


async def test_a_failure_is_not_hidden_by_a_fall_back_that_cannot_say_what_is_asked():
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, ("openai/small", "anthropic/big"), ONCE) as rig:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=503))
            with pytest.raises(ProviderRefused):
                await rig.answer(ask(n=2))


async def test_calls_that_a_target_cannot_serve_do_not_use_up_its_probes():
    policy = msgspec.structs.replace(ONCE, breaker=BreakerPolicy(failures=1, cool_down_seconds=0.0))
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, ("anthropic/small",), policy) as rig:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=503))
            with pytest.raises(ProviderRefused):
                await rig.answer()
            with pytest.raises(InvalidRequest):
                await rig.answer(ask(n=2))
            assert (await rig.answer())[1].model == "small"


async def test_a_target_that_rests_goes_before_one_that_is_unable_in_what_the_caller_is_told():
    policy = msgspec.structs.replace(ONCE, breaker=BreakerPolicy(failures=1))
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, ("anthropic/small", "openai/big"), policy) as rig:
            upstream.inject_always(Fault(kind=FaultKind.STATUS, status=503), model="big")
            with pytest.raises(ProviderRefused):
                await rig.answer(ask(n=2))
            with pytest.raises(ProvidersResting) as caught:
                await rig.answer(ask(n=2))
            assert "openai/big" in str(caught.value)
            assert "anthropic/small" not in str(caught.value)


@pytest.mark.parametrize("wire", [Wire.RESPONSES, Wire.MESSAGES])
async def test_a_fall_back_may_speak_another_wire(wire: Wire):
    own, other = ("openai", "anthropic") if wire is Wire.RESPONSES else ("anthropic", "openai")
    with Upstream(say_model) as upstream:
        async with open_rig(upstream, (f"{own}/small", f"{other}/big"), ONCE) as rig:
            upstream.inject_always(DOWN, model="small")
            whole, streamed = await rig.gateway.answer(ask(wire)), await rig.stream(wire)
            assert whole.facts.text == streamed.facts.text == "I am big"
