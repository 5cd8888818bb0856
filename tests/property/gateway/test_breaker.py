"""The breaker as a machine of states: whatever happens, a target that fails is asked once a cool-down."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from plimsoll.gateway import BreakerPolicy
from plimsoll.gateway.breaker import Breaker
from plimsoll.testing import FakeClock

POLICY = BreakerPolicy(failures=3, within_seconds=60.0, cool_down_seconds=10.0)


class Machine(RuleBasedStateMachine):
    """Calls come, end well, end badly, or never report back."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.breaker = Breaker()
        self.under_way = 0
        self.probes: list[float] = []

    @rule()
    def a_call_comes(self) -> None:
        now = self.clock.monotonic()
        was_open, was_resting = self.breaker.is_open, self.breaker.is_resting(now)
        passes = self.breaker.let_through(now, POLICY)
        assert passes is not was_resting
        if passes:
            self.under_way += 1
        if passes and was_open:
            self.probes.append(now)

    @precondition(lambda self: self.under_way)
    @rule()
    def an_answer_begins(self) -> None:
        self.breaker.begin(0.5)
        assert not self.breaker.is_open
        self.probes.clear()

    @precondition(lambda self: self.under_way)
    @rule()
    def an_answer_ends_well(self) -> None:
        self.under_way -= 1
        self.breaker.begin(0.5)
        self.breaker.succeed()
        self.probes.clear()
        assert self.breaker.let_through(self.clock.monotonic(), POLICY)

    @precondition(lambda self: self.under_way)
    @rule()
    def a_call_fails(self) -> None:
        self.under_way -= 1
        before = self.breaker.failures
        was_open = self.breaker.is_open
        now = self.clock.monotonic()
        is_late = now - self.breaker.failed_at > POLICY.within_seconds
        self.breaker.fail(now, POLICY)
        assert self.breaker.failures == (1 if is_late else before + 1)
        assert self.breaker.is_open is (was_open or self.breaker.failures >= POLICY.failures)
        if self.breaker.is_open:
            assert self.breaker.rests_until >= now + POLICY.cool_down_seconds

    @precondition(lambda self: self.under_way)
    @rule()
    def a_caller_goes_away(self) -> None:
        """Its call never reports back."""
        self.under_way -= 1

    @rule(seconds=st.floats(0.0, 90.0))
    def the_target_names_a_wait(self, seconds: float) -> None:
        before = self.breaker.rests_until if self.breaker.is_open else 0.0
        self.breaker.rest(self.clock.monotonic() + seconds)
        assert self.breaker.rests_until >= before

    @rule(seconds=st.sampled_from([0.0, 0.1, 5.0, 9.9, 10.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @invariant()
    def probes_are_a_cool_down_apart(self) -> None:
        for earlier, later in zip(self.probes, self.probes[1:], strict=False):
            assert later - earlier >= POLICY.cool_down_seconds - 1e-9

    @invariant()
    def it_never_rests_for_good(self) -> None:
        if self.breaker.is_open:
            assert self.breaker.rests_until - self.clock.monotonic() <= 90.0


TestBreaker = Machine.TestCase
