"""What a limiter is asked and what it answers. The gateway admits each call before it begins and leaves at its end.

Money is not counted here but in `gateway/spend`; who may use how much is an `Allowance`, kept by `access`.
"""

from typing import Protocol

import msgspec

from plimsoll.records import Allowance


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One call that wants to begin."""

    allowances: tuple[Allowance, ...]
    """All that it is held to; those without limits are passed over."""
    tokens: int = 0
    """Tokens that it may need, read and written together; an estimate from above."""


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A call that may begin. It is given back through `Limiter.leave` at its end, however it ends."""

    admission_id: int
    """What the limiter knows it by; 0 when nothing is limited and nothing was counted."""
    asked: Asked
    """What was asked."""
    second: int = 0
    """The second, on the limiter's clock, in which it was counted."""
    is_unchecked: bool = False
    """True when shared limits could not be checked and the settings say to let calls pass then."""


class LimiterHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a limiter fares."""

    open_calls: int = 0
    """Calls that were admitted and have not left."""
    unchecked: int = 0
    """Calls that passed without being checked, since the start."""
    refused_unchecked: int = 0
    """Calls that were refused because they could not be checked, since the start."""
    failures: int = 0
    """Failed requests to where the limits are kept, since the start."""
    last_error: str = ""
    """The last failure, in one sentence; empty when there was none."""


class Limiter(Protocol):
    """What holds calls to the limits of allowances.

    Requests and tokens: what was admitted within any 60 seconds is never more than the limit. What a call used comes
    back 60 to 61 seconds after it was admitted. Concurrency: a place is free when its call leaves.
    """

    async def admit(self, asked: Asked) -> Admission:
        """Count the call against all its allowances, or against none when one of them refuses.

        Raises LimitReached, which names the limit, whose it is and when to come back, and LimitsUnavailable.
        """
        ...

    async def leave(self, admission: Admission, *, tokens: int) -> None:
        """Free the call's places and put the tokens it really used in place of the estimate; once is enough.

        Tokens that it did not need come back; those beyond the estimate count from now on.
        """
        ...

    def health(self) -> LimiterHealth:
        """Return how the limiter fares."""
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...
