# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportGeneralTypeIssues=false
"""What limits in Redis keep beyond one process: shared counts, places of the dead, and a server that is down."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from plimsoll.errors import LimitReached, LimitsUnavailable
from plimsoll.gateway.limits import Asked, RedisLimits, WhenDown
from plimsoll.records import Allowance, Secret, SystemClock, new_span_id
from plimsoll.testing import FakeClock

pytestmark = [pytest.mark.anyio, pytest.mark.redis]
URL = "redis://127.0.0.1:6379/0"
TRIES = 300
PLACE = Asked(allowances=(Allowance(allowance_id="a", applies_to="everyone", concurrent=1),))


@pytest.fixture
def prefix() -> str:
    return f"test-limits-{new_span_id()}"


@pytest.fixture
async def redis() -> AsyncIterator["Redis"]:
    async with Redis.from_url(URL, decode_responses=True) as client:
        yield client


def _limits(prefix: str, *, lease_seconds: float = 30.0) -> RedisLimits:
    return RedisLimits(Secret(URL), SystemClock(), prefix=prefix, deadline_seconds=5.0, lease_seconds=lease_seconds)


async def _is_admitted(limits: RedisLimits, asked: Asked) -> bool:
    try:
        await limits.admit(asked)
    except LimitReached:
        return False
    return True


async def test_two_processes_with_200_callers_share_one_limit(prefix: str):
    asked = Asked(allowances=(Allowance(allowance_id="a", applies_to="everyone", requests_per_minute=120),))
    processes = [_limits(prefix), _limits(prefix)]
    tried = await asyncio.gather(*[_is_admitted(processes[number % 2], asked) for number in range(400)])
    assert sum(tried) == 120
    for process in processes:
        await process.close()


async def test_the_place_of_a_process_that_died_comes_back_and_that_of_a_living_one_stays(prefix: str):
    async with AsyncExitStack() as stack:

        def opened(name: str) -> RedisLimits:
            limits = _limits(name, lease_seconds=2)
            stack.push_async_callback(limits.close)
            return limits

        dead, living = opened(prefix), opened(f"{prefix}-b")
        await dead.admit(PLACE)
        await dead.close()
        await living.admit(PLACE)
        other, beside = opened(prefix), opened(f"{prefix}-b")
        assert not await _is_admitted(other, PLACE)
        give_up_at = asyncio.get_running_loop().time() + 20
        while not await _is_admitted(other, PLACE):
            assert asyncio.get_running_loop().time() < give_up_at
            await asyncio.sleep(0.05)
        assert not await _is_admitted(beside, PLACE), "its lease was renewed meanwhile"


async def test_what_was_used_60_seconds_ago_counts_and_what_was_used_61_seconds_ago_does_not(
    prefix: str, redis: "Redis"
):
    now = int((await redis.time())[0])
    key = f"{{{prefix}}}:limits:minute:a"
    old, young = now - 62, now - 50
    kept = {"r": 7, "t": 70, f"r{old}": 4, f"t{old}": 40, f"r{young}": 3, f"t{young}": 30, "f": old, "l": young}
    await redis.hset(key, mapping=kept)
    limits = _limits(prefix)
    four = Allowance(allowance_id="a", applies_to="everyone", requests_per_minute=4, tokens_per_minute=100)
    admission = await limits.admit(Asked(allowances=(four,), tokens=70))
    with pytest.raises(LimitReached) as caught:
        await limits.admit(Asked(allowances=(four,), tokens=0))
    assert caught.value.retry_after_seconds is not None
    assert 5 < caught.value.retry_after_seconds <= 11
    await limits.leave(admission, tokens=0)
    fields = await redis.hgetall(key)
    assert (fields["r"], fields["t"], f"r{old}" in fields) == ("4", "30", False)
    await limits.close()


async def test_every_key_expires_by_itself(prefix: str, redis: "Redis"):
    limits = _limits(prefix)
    both = Allowance(allowance_id="a", applies_to="everyone", requests_per_minute=4, concurrent=4)
    await limits.admit(Asked(allowances=(both,)))
    keys = [key async for key in redis.scan_iter(f"{{{prefix}}}*")]
    assert len(keys) == 2
    assert [0 < await redis.ttl(key) <= 125 for key in keys] == [True, True]
    await limits.close()


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def _down(when_down: WhenDown, clock: FakeClock) -> RedisLimits:
    url = Secret(f"redis://:hidden@127.0.0.1:{_closed_port()}/0")
    return RedisLimits(url, clock, when_down=when_down, deadline_seconds=1.0)


async def test_while_redis_is_down_calls_are_refused_where_that_is_declared():
    limits = await _down("fail_closed", FakeClock())
    for _ in range(3):
        with pytest.raises(LimitsUnavailable, match="cannot be checked") as caught:
            await limits.admit(PLACE)
        assert "hidden" not in str(caught.value)
    health = limits.health()
    assert (health.refused_unchecked, health.failures, health.unchecked) == (3, 1, 0)
    assert "ConnectionError" in health.last_error
    await limits.close()


async def test_while_redis_is_down_calls_pass_marked_as_unchecked_where_that_is_declared():
    clock = FakeClock()
    limits = await _down("fail_open", clock)
    for _ in range(3):
        admission = await limits.admit(PLACE)
        assert admission.is_unchecked
        await limits.leave(admission, tokens=0)
    assert (limits.health().unchecked, limits.health().failures) == (3, 1)
    clock.advance(1.0)
    await limits.admit(PLACE)
    assert limits.health().failures == 2, "it is asked again once a second"
    await limits.close()


async def test_a_server_that_does_not_answer_costs_a_call_no_more_than_the_deadline():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = Secret(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        limits = RedisLimits(url, SystemClock(), when_down="fail_open", deadline_seconds=0.1)
        before = asyncio.get_running_loop().time()
        assert (await limits.admit(PLACE)).is_unchecked
        assert asyncio.get_running_loop().time() - before < 2.0
        await limits.close()


async def test_leaving_after_the_end_raises_nothing_and_the_place_comes_back_with_its_lease(prefix: str):
    limits, other = _limits(prefix, lease_seconds=0.2), _limits(prefix)
    admission = await limits.admit(PLACE)
    await limits.close()
    await limits.leave(admission, tokens=0)
    assert limits.health().open_calls == 0
    give_up_at = asyncio.get_running_loop().time() + 5
    while not await _is_admitted(other, PLACE):
        assert asyncio.get_running_loop().time() < give_up_at
        await asyncio.sleep(0.05)
    await other.close()


async def test_closing_ends_at_whatever_moment_of_a_renewal_it_comes(prefix: str):
    ended = 0
    for turns in range(TRIES):
        limits = _limits(prefix, lease_seconds=0.003)
        asked = Asked(allowances=(Allowance(allowance_id=f"a{turns}", applies_to="everyone", concurrent=1),))
        await limits.admit(asked)
        await asyncio.sleep(0.001)
        for _ in range(turns % 4):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await limits.close()
            ended += 1
    assert ended == TRIES
