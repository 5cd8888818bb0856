"""What is known of targets: one breaker each, in a bounded number."""

import pytest

from plimsoll.errors import ProviderBusy, ProviderUnreachable, RequestRejected
from plimsoll.gateway import BreakerPolicy, ModelTarget, Policy
from plimsoll.gateway.targets import Targets
from plimsoll.testing import FakeClock

POLICY = Policy(longest_wait_seconds=8.0, breaker=BreakerPolicy(failures=2, cool_down_seconds=10.0))
DOWN = ProviderUnreachable("Nobody listens.")


def target(model: str, provider: str = "east") -> ModelTarget:
    return ModelTarget(alias="fast", provider=provider, model=model)


def open_targets() -> tuple[Targets, FakeClock]:
    clock = FakeClock()
    return Targets(clock=clock, draw=lambda: 0.5), clock


def rest(targets: Targets, model: str) -> None:
    for _ in range(2):
        targets.note_failure(target(model), DOWN, POLICY)


def test_a_model_has_one_breaker_whatever_name_leads_to_it():
    targets, _ = open_targets()
    other = ModelTarget(alias="other", provider="east", model="a")
    assert targets.breaker(target("a")) is targets.breaker(other)
    assert targets.breaker(target("a")) is not targets.breaker(target("a", "west"))


def test_looking_whether_a_target_is_open_takes_no_probe():
    targets, clock = open_targets()
    rest(targets, "a")
    assert not targets.has_open([target("a")])
    assert targets.has_open([target("a"), target("b")])
    clock.advance(10.0)
    assert all(targets.has_open([target("a")]) for _ in range(3))
    assert [targets.let_through(target("a"), POLICY.breaker) for _ in range(3)] == [True, False, False]


def test_what_the_caller_must_change_says_nothing_of_the_target():
    targets, _ = open_targets()
    for _ in range(5):
        targets.note_failure(target("a"), RequestRejected("no"), POLICY)
    assert targets.breaker(target("a")).failures == 0


@pytest.mark.parametrize(("wait", "rests"), [(9.0, 9.0), (3_600.0, 10.0)])
def test_a_long_wait_is_kept_at_once_but_never_beyond_a_cool_down(wait: float, rests: float):
    targets, clock = open_targets()
    targets.note_failure(target("a"), ProviderBusy("busy", retry_after_seconds=wait), POLICY)
    clock.advance(rests - 0.1)
    assert not targets.has_open([target("a")])
    clock.advance(0.1)
    assert targets.has_open([target("a")])


def test_names_that_callers_make_up_do_not_grow_it_and_push_out_no_target_that_rests():
    targets, _ = open_targets()
    rest(targets, "a")
    for number in range(3_000):
        targets.breaker(target(f"made-up-{number}"))
    assert not targets.has_open([target("a")])


def test_the_shortest_rest_is_what_a_caller_is_told():
    targets, clock = open_targets()
    rest(targets, "a")
    clock.advance(4.0)
    rest(targets, "b")
    error = targets.write_resting([target("a"), target("b")])
    assert error.retry_after_seconds == 6.0
    assert "east/a, east/b" in str(error)


def test_a_provider_that_is_another_now_begins_anew():
    targets, _ = open_targets()
    rest(targets, "a")
    targets.forget(["east"])
    assert targets.has_open([target("a")])
