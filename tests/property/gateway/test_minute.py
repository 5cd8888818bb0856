"""The promise of a limit by the minute: never more than it within any 60 seconds, and no refusal without a reason."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import LimitReached
from plimsoll.gateway.limits import Admission, Asked, LocalLimits
from plimsoll.records import Allowance
from plimsoll.testing import FakeClock

MOMENTS = st.lists(
    st.tuples(
        st.floats(0, 45, allow_nan=False, allow_subnormal=False),  # seconds since the one before
        st.integers(0, 60),  # tokens it may need
        st.floats(0, 1),  # the share of them that it needs
    ),
    max_size=60,
)


@given(MOMENTS, st.integers(1, 6), st.integers(60, 150))
def test_no_rolling_minute_holds_more_than_the_limit(moments: list[tuple[float, int, float]], most: int, tokens: int):
    both = Allowance(allowance_id="a", applies_to="everyone", requests_per_minute=most, tokens_per_minute=tokens)
    counted = asyncio.run(_run(moments, both))
    for at, _ in counted:
        minute = [used for then, used in counted if at - 60 < then <= at]
        assert len(minute) <= most
        assert sum(minute) <= tokens


@given(MOMENTS, st.integers(1, 6))
def test_a_call_is_refused_only_when_the_last_61_seconds_are_full(moments: list[tuple[float, int, float]], most: int):
    only_requests = Allowance(allowance_id="a", applies_to="everyone", requests_per_minute=most)
    counted = asyncio.run(_run(moments, only_requests))
    at, admitted = 0.0, {then for then, _ in counted}
    for wait, _, _ in moments:
        at = _after(at, wait)
        if at not in admitted:
            assert len([then for then, _ in counted if at - 61 <= then <= at]) >= most


async def _run(moments: list[tuple[float, int, float]], allowance: Allowance) -> list[tuple[float, int]]:
    """Return when each admitted call began and what it used."""
    clock = FakeClock()
    limits = LocalLimits(clock)
    counted: list[tuple[float, int]] = []
    for wait, tokens, share in moments:
        clock.advance(wait)
        try:
            admission: Admission = await limits.admit(Asked(allowances=(allowance,), tokens=tokens))
        except LimitReached:
            continue
        used = int(tokens * share)
        await limits.leave(admission, tokens=used)
        counted.append((clock.monotonic(), used))
    return counted


def _after(at: float, wait: float) -> float:
    clock = FakeClock()
    clock.advance(at)
    clock.advance(wait)
    return clock.monotonic()
