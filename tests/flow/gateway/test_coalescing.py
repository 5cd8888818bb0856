"""Identical calls in flight become one, whoever comes, goes or fails in between."""

import asyncio
import contextvars
import traceback

import pytest

from plimsoll.errors import ProviderTimeout
from plimsoll.gateway.cache.coalesce import Coalescer

pytestmark = pytest.mark.anyio
WHO = contextvars.ContextVar("who", default="nobody")


class Work:
    """A call that waits until it is told to end, and knows how often it was made and cancelled."""

    def __init__(self, outcome: str | Exception = "done") -> None:
        self.made = self.cancelled = 0
        self.may_end = asyncio.Event()
        self.outcome = outcome
        self.seen = ""

    async def __call__(self) -> str:
        self.made += 1
        self.seen = WHO.get()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_ten_callers_make_one_call():
    shared, work = Coalescer[str](), Work()
    callers = [asyncio.create_task(shared.share("key", work)) for _ in range(10)]
    await settle()
    work.may_end.set()
    results = await asyncio.gather(*callers)
    assert work.made == 1
    assert [result.was_first for result in results] == [True] + [False] * 9
    assert {result.value for result in results} == {"done"}


async def test_other_keys_and_later_calls_are_calls_of_their_own():
    shared, work = Coalescer[str](), Work()
    work.may_end.set()
    await asyncio.gather(shared.share("one", work), shared.share("two", work))
    await shared.share("one", work)
    assert work.made == 3


async def test_a_caller_that_leaves_leaves_the_others_alone_even_the_first():
    shared, work = Coalescer[str](), Work()
    first, second = (asyncio.create_task(shared.share("key", work)) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    work.may_end.set()
    assert (await second).value == "done"
    assert (first.cancelled(), work.made, work.cancelled) == (True, 1, 0)


async def test_the_call_is_cancelled_when_the_last_caller_leaves_and_the_next_one_starts_anew():
    shared, work = Coalescer[str](), Work()
    callers = [asyncio.create_task(shared.share("key", work)) for _ in range(3)]
    await settle()
    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)
    late = asyncio.create_task(shared.share("key", work))
    await settle()
    assert (work.made, work.cancelled) == (2, 1)
    work.may_end.set()
    assert (await late).was_first


async def test_an_error_reaches_each_caller_as_its_own_and_is_not_kept():
    shared, work = Coalescer[str](), Work(ProviderTimeout("Nobody answered.", next_step="Wait."))
    callers = [asyncio.create_task(shared.share("key", work)) for _ in range(20)]
    await settle()
    work.may_end.set()
    errors = await asyncio.gather(*callers, return_exceptions=True)
    assert len({id(error) for error in errors}) == 20
    assert {str(error) for error in errors} == {"Nobody answered. Wait."}
    depths = [len(traceback.extract_tb(error.__traceback__)) for error in errors if isinstance(error, ProviderTimeout)]
    assert len(depths) == 20
    assert len(set(depths)) == 1
    work.outcome = "better"
    assert (await shared.share("key", work)).value == "better"


async def test_the_call_runs_in_the_context_of_the_first_caller():
    shared, work = Coalescer[str](), Work()

    async def ask(who: str) -> str:
        WHO.set(who)
        return (await shared.share("key", work)).value

    callers = [asyncio.create_task(ask(who)) for who in ("ada", "bob")]
    await settle()
    work.may_end.set()
    await asyncio.gather(*callers)
    assert work.seen == "ada"


async def test_beyond_its_bound_each_caller_makes_its_own_call():
    shared, work = Coalescer[str](max_calls=1), Work()
    callers = [asyncio.create_task(shared.share(key, work)) for key in ("one", "two", "two")]
    await settle()
    assert work.made == 3
    work.may_end.set()
    assert [result.was_first for result in await asyncio.gather(*callers)] == [True] * 3


async def test_closing_ends_every_call():
    shared, work = Coalescer[str](), Work()
    caller = asyncio.create_task(shared.share("key", work))
    await settle()
    await shared.close()
    await asyncio.wait([caller])
    assert (caller.cancelled(), work.cancelled) == (True, 1)
