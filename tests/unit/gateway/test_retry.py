"""What follows a failed attempt, case by case."""

import pytest

from plimsoll.errors import (
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    RequestRejected,
    UnusableAnswer,
    UpstreamError,
)
from plimsoll.gateway import Policy
from plimsoll.gateway.retry import Next, Step, decide

POLICY = Policy(retries=2, first_wait_seconds=1.0, longest_wait_seconds=8.0)


def follow(
    error: UpstreamError, *, attempt: int = 0, seconds_left: float = 100.0, others: bool = False, drawn: float = 0.5
) -> Step:
    return decide(error, policy=POLICY, attempt=attempt, seconds_left=seconds_left, others=others, drawn=drawn)


def refused(status: int, wait: float | None = None) -> ProviderRefused:
    return ProviderRefused("no", upstream_status=status, retry_after_seconds=wait)


def busy(wait: float | None) -> ProviderBusy:
    return ProviderBusy("no", upstream_status=429, retry_after_seconds=wait)


@pytest.mark.parametrize(
    "error",
    [
        *(refused(status) for status in (408, 409, 425, 500, 502, 503, 504, 520, 522, 524, 529)),
        ProviderBusy("no"),
        ProviderTimeout("no"),
        ProviderUnreachable("no"),
        UnusableAnswer("no"),
    ],
    ids=lambda error: f"{type(error).__name__} {error.upstream_status}",
)
def test_what_may_pass_is_tried_again_as_often_as_the_policy_says(error: UpstreamError):
    assert [follow(error, attempt=number).next for number in range(3)] == [Next.AGAIN, Next.AGAIN, Next.GIVE_UP]
    assert follow(error, attempt=2, others=True).next is Next.OVER


@pytest.mark.parametrize("status", [0, 200, 301, 401, 402, 403, 404, 405, 410, 501])
def test_what_will_not_pass_is_left_for_the_next_target(status: int):
    assert follow(refused(status), others=True) == Step(next=Next.OVER)
    assert follow(refused(status), others=False) == Step(next=Next.GIVE_UP)


def test_what_the_caller_must_change_is_given_up_at_once():
    assert follow(RequestRejected("no", upstream_status=400), others=True) == Step(next=Next.GIVE_UP)


def test_nothing_follows_when_the_time_is_up():
    assert follow(ProviderTimeout("no"), seconds_left=0.0, others=True) == Step(next=Next.GIVE_UP)


@pytest.mark.parametrize(("attempt", "bound"), [(0, 1.0), (1, 2.0)])
def test_waits_double_and_are_drawn_below_their_bound(attempt: int, bound: float):
    assert follow(ProviderUnreachable("no"), attempt=attempt, drawn=0.0).wait_seconds == 0.0
    assert follow(ProviderUnreachable("no"), attempt=attempt, drawn=0.75).wait_seconds == 0.75 * bound


def test_a_wait_that_the_provider_asks_for_is_kept_to_where_nobody_else_can_be_asked():
    assert follow(busy(3.0), drawn=0.5) == Step(next=Next.AGAIN, wait_seconds=3.5)
    assert follow(busy(3.0), others=True) == Step(next=Next.OVER)


@pytest.mark.parametrize("wait", [8.1, 47.0, 1e9, float("inf")])
def test_nobody_waits_longer_than_the_policys_longest(wait: float):
    assert follow(busy(wait), seconds_left=1e12) == Step(next=Next.GIVE_UP)
    assert follow(refused(503, wait), seconds_left=1e12, others=True) == Step(next=Next.OVER)


def test_a_wait_beyond_the_deadline_falls_over_at_once():
    assert follow(busy(2.0), seconds_left=2.0, drawn=0.0) == Step(next=Next.GIVE_UP)
    assert follow(ProviderUnreachable("no"), seconds_left=0.5, drawn=0.5, others=True) == Step(next=Next.OVER)
