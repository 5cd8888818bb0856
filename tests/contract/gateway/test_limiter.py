"""What every limiter keeps, wherever it counts."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from plimsoll.errors import LimitReached
from plimsoll.gateway.limits import Admission, Asked, Limiter, LocalLimits, RedisLimits
from plimsoll.records import Allowance, Secret, SystemClock, new_span_id

pytestmark = pytest.mark.anyio
REDIS = Secret("redis://127.0.0.1:6379/0")
MAKERS: dict[str, Callable[[], Limiter]] = {
    "local": lambda: LocalLimits(SystemClock()),
    "redis": lambda: RedisLimits(REDIS, SystemClock(), prefix=f"test-limits-{new_span_id()}", deadline_seconds=5.0),
}


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis)])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    limiter = MAKERS[request.param]()
    yield limiter
    await limiter.close()


def _allowance(name: str = "a", **limits: int) -> Allowance:
    return Allowance(allowance_id=name, applies_to=f"group:{name}", **limits)  # pyright: ignore[reportArgumentType]


async def _admit(limiter: Limiter, *allowances: Allowance, tokens: int = 0) -> Admission:
    return await limiter.admit(Asked(allowances=allowances, tokens=tokens))


async def test_as_many_requests_as_allowed_pass_and_the_next_is_told_when_to_come_back(limiter: Limiter):
    three = _allowance(requests_per_minute=3)
    for _ in range(3):
        await limiter.leave(await _admit(limiter, three), tokens=5)
    with pytest.raises(LimitReached, match=r"'group:a' has used its 3 requests a minute") as caught:
        await _admit(limiter, three)
    assert caught.value.retry_after_seconds is not None
    assert 55 < caught.value.retry_after_seconds <= 61


async def test_tokens_that_were_not_needed_come_back_and_those_beyond_the_estimate_count(limiter: Limiter):
    hundred = _allowance(tokens_per_minute=100)
    first = await _admit(limiter, hundred, tokens=80)
    with pytest.raises(LimitReached, match="100 tokens a minute"):
        await _admit(limiter, hundred, tokens=21)
    await limiter.leave(first, tokens=10)
    second = await _admit(limiter, hundred, tokens=20)
    await limiter.leave(second, tokens=85)
    with pytest.raises(LimitReached):
        await _admit(limiter, hundred, tokens=6)
    assert await _admit(limiter, hundred, tokens=5)


async def test_places_are_free_when_their_calls_leave_and_only_once(limiter: Limiter):
    two = _allowance(concurrent=2)
    first, second = await _admit(limiter, two), await _admit(limiter, two)
    with pytest.raises(LimitReached, match="2 concurrent requests"):
        await _admit(limiter, two)
    await limiter.leave(first, tokens=0)
    await limiter.leave(first, tokens=0)
    third = await _admit(limiter, two)
    with pytest.raises(LimitReached):
        await _admit(limiter, two)
    for admission in (second, third):
        await limiter.leave(admission, tokens=0)
    assert limiter.health().open_calls == 0


async def test_a_refused_call_takes_nothing_from_its_other_allowances(limiter: Limiter):
    wide, narrow = (
        _allowance("wide", requests_per_minute=2, tokens_per_minute=10, concurrent=2),
        _allowance("narrow", concurrent=1),
    )
    held = await _admit(limiter, narrow)
    for order in ((wide, narrow), (narrow, wide)):
        with pytest.raises(LimitReached, match="'group:narrow'"):
            await _admit(limiter, *order, tokens=10)
    await limiter.leave(held, tokens=0)
    assert await _admit(limiter, wide, narrow, tokens=10)


async def test_a_call_larger_than_the_limit_never_passes_and_is_told_so(limiter: Limiter):
    with pytest.raises(LimitReached, match="11 tokens, more than the 10 tokens a minute") as caught:
        await _admit(limiter, _allowance(tokens_per_minute=10), tokens=11)
    assert caught.value.retry_after_seconds is None


async def test_callers_at_once_are_not_more_than_allowed(limiter: Limiter):
    fifty = _allowance(requests_per_minute=50, concurrent=50)
    tried = await asyncio.gather(*[_admit(limiter, fifty) for _ in range(200)], return_exceptions=True)
    assert sum(isinstance(each, Admission) for each in tried) == 50
    assert sum(isinstance(each, LimitReached) for each in tried) == 150


async def test_what_limits_nothing_is_passed_over(limiter: Limiter):
    budget = Allowance(allowance_id="b", applies_to="everyone", budget_usd=0.0)
    admission = await _admit(limiter, budget, tokens=10**6)
    await limiter.leave(admission, tokens=10**6)
    assert not admission.is_unchecked


async def test_a_raised_limit_holds_at_once(limiter: Limiter):
    await _admit(limiter, _allowance(requests_per_minute=1))
    with pytest.raises(LimitReached):
        await _admit(limiter, _allowance(requests_per_minute=1))
    assert await _admit(limiter, _allowance(requests_per_minute=2))
