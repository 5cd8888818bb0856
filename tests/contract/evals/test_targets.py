"""The seam `Target`: a feature, a function and an HTTP endpoint end alike, whatever happens inside."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from plimsoll.evals import Target
from plimsoll.records import Case, ErrorClass, Outcome

from contract.evals.targets import TARGETS, endpoint_target, function_target

pytestmark = pytest.mark.anyio
ENDS = {
    "Hello.": (Outcome.ANSWERED, None, {"answer": "Hello."}),
    "abstain": (Outcome.ABSTAINED, None, None),
    "break": (Outcome.FAILED, ErrorClass.MODEL, None),
    "down": (Outcome.FAILED, ErrorClass.INFRASTRUCTURE, None),
    "hang": (Outcome.FAILED, ErrorClass.INFRASTRUCTURE, None),
}


@pytest.fixture(params=TARGETS, ids=lambda each: each.__name__)
async def target(request: pytest.FixtureRequest) -> AsyncGenerator[Target]:
    async with request.param() as target:
        yield target


def case(**given: object) -> Case:
    return Case(id="c", input=given)


@pytest.mark.parametrize("text", ENDS)
async def test_each_end_is_told_apart(target: Target, text: str):
    reply = await target.ask(case(text=text), tags={"plimsoll.case_id": "c"})
    output = reply.sample.output and {"answer": reply.sample.output["answer"]}
    assert (reply.sample.outcome, reply.error_class, output) == ENDS[text]


async def test_an_input_that_the_target_does_not_take_never_ran(target: Target):
    reply = await target.ask(case(txt="?"), tags={})
    assert (reply.sample.outcome, reply.error_class) == (Outcome.FAILED, ErrorClass.VALIDATION)
    assert (reply.trace_id, reply.sample.latency_ms, reply.sample.cost_usd) == (None, None, None)


async def test_an_answer_took_time_and_leaves_the_cases_input_as_it_was(target: Target):
    asked = case(text="Hello.")
    reply = await target.ask(asked, tags={})
    assert reply.sample.latency_ms is not None
    assert reply.sample.latency_ms >= 0
    assert (reply.sample.input, asked.input) == ({"text": "Hello."}, {"text": "Hello."})


@pytest.mark.parametrize("opened", [function_target, endpoint_target])
async def test_a_request_that_is_cancelled_ends_at_once(opened: Callable[[], AbstractAsyncContextManager[Target]]):
    async with opened() as target:
        asking = asyncio.create_task(target.ask(case(text="hang"), tags={}))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
