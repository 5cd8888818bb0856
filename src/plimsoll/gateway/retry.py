"""What to do after a failed attempt: again, the next target, or give up; and how long to wait. Pure.

Waits grow by doubling and are drawn evenly below their bound, so that callers who failed together do not return
together (full jitter; Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
"""

from enum import StrEnum

import msgspec

from plimsoll.errors import ProviderBusy, ProviderRefused, ProviderUnpaid, RequestRejected, UpstreamError
from plimsoll.gateway.policy import Policy

_MAY_PASS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})


class Next(StrEnum):
    """What follows a failed attempt."""

    AGAIN = "again"
    """The same target, after a wait."""
    OVER = "over"
    """The next target, at once."""
    GIVE_UP = "give_up"
    """No other attempt can help."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What follows, and how long to wait before it."""

    next: Next
    """What follows."""
    wait_seconds: float = 0.0
    """How long to wait first."""


def decide(
    error: UpstreamError, *, policy: Policy, attempt: int, seconds_left: float, others: bool, drawn: float
) -> Step:
    """Decide what follows the attempt of this number (from 0); `drawn` is even in [0, 1).

    What the caller must change is given up at once. A target that names a wait is left for one of the `others` that may
    be asked; without them the wait is kept to, unless it goes beyond the deadline or the policy's longest.
    """
    if isinstance(error, RequestRejected) or seconds_left <= 0.0:
        return Step(next=Next.GIVE_UP)
    leave = Step(next=Next.OVER if others else Next.GIVE_UP)
    if attempt >= policy.retries or not may_pass(error):
        return leave
    asked = error.retry_after_seconds or 0.0
    wait = _wait(error, policy=policy, attempt=attempt, drawn=drawn)
    if wait >= seconds_left or asked > policy.longest_wait_seconds or (asked and others):
        return leave
    return Step(next=Next.AGAIN, wait_seconds=wait)


def may_pass(error: UpstreamError) -> bool:
    """Tell whether the same request may succeed at the same target a little later."""
    if isinstance(error, ProviderBusy):
        return True
    if isinstance(error, ProviderUnpaid):
        return False
    return not isinstance(error, ProviderRefused) or error.upstream_status in _MAY_PASS


def _wait(error: UpstreamError, *, policy: Policy, attempt: int, drawn: float) -> float:
    bound = min(policy.longest_wait_seconds, policy.first_wait_seconds * 2.0**attempt)
    asked = error.retry_after_seconds
    return drawn * bound if asked is None else asked + drawn * policy.first_wait_seconds
