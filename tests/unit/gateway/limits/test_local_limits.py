import pytest

from plimsoll.errors import LimitReached, Overloaded
from plimsoll.gateway.limits import Asked, LocalLimits
from plimsoll.records import Allowance
from plimsoll.testing import FakeClock

pytestmark = pytest.mark.anyio


def _asked(name: str, *, tokens: int = 0) -> Asked:
    allowance = Allowance(allowance_id=name, applies_to=f"group:{name}", requests_per_minute=5, tokens_per_minute=100)
    return Asked(allowances=(allowance,), tokens=tokens)


async def test_idle_allowances_are_forgotten():
    clock = FakeClock()
    limits = LocalLimits(clock)
    for number in range(100):
        await limits.leave(await limits.admit(_asked(str(number))), tokens=0)
    held = await limits.admit(_asked("held"))
    clock.advance(61)
    await limits.admit(_asked("new"))
    assert len(limits) == 2
    await limits.leave(held, tokens=0)
    clock.advance(122)
    await limits.admit(_asked("newest"))
    assert len(limits) == 2, "a call that never left keeps its place"


async def test_a_call_without_limits_costs_nothing_to_remember():
    limits = LocalLimits(FakeClock())
    budget = Allowance(allowance_id="b", applies_to="everyone", budget_usd=1)
    admission = await limits.admit(Asked(allowances=(budget,), tokens=10))
    await limits.leave(admission, tokens=10)
    assert (admission.admission_id, len(limits), limits.health().open_calls) == (0, 0, 0)


async def test_the_refusal_names_the_limit_its_owner_and_the_seconds_until_it_passes():
    clock = FakeClock()
    limits = LocalLimits(clock)
    for _ in range(5):
        await limits.admit(_asked("sales"))
        clock.advance(10)
    with pytest.raises(LimitReached, match=r"'group:sales' has used its 5 requests a minute\.") as caught:
        await limits.admit(_asked("sales"))
    assert caught.value.retry_after_seconds == 11
    assert caught.value.next_step.startswith("Send it again in 11 s, or raise it with `plimsoll allowances set group:")
    clock.advance(11)
    assert (await limits.admit(_asked("sales"))).admission_id


async def test_a_call_larger_than_the_limit_is_told_that_waiting_does_not_help():
    limits = LocalLimits(FakeClock())
    with pytest.raises(LimitReached, match="101 tokens, more than the 100 tokens a minute") as caught:
        await limits.admit(_asked("sales", tokens=101))
    assert caught.value.retry_after_seconds is None


async def test_the_number_of_remembered_allowances_is_bounded():
    clock = FakeClock()
    limits = LocalLimits(clock, most_owners=2)
    left = [await limits.admit(_asked(name)) for name in ("a", "b")]
    with pytest.raises(Overloaded, match="More than 2 allowances"):
        await limits.admit(_asked("c"))
    for admission in left:
        await limits.leave(admission, tokens=0)
    clock.advance(61)
    await limits.admit(_asked("c"))
    assert len(limits) == 1
