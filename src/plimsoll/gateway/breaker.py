"""Whether a target may be asked: it is left alone while it fails, but for one probe a cool-down.

One breaker a target and process; pure but for its state. Times are seconds of a monotonic clock, handed in.
"""

import msgspec

from plimsoll.gateway.policy import BreakerPolicy

_SMOOTHING = 0.2


class Breaker(msgspec.Struct, kw_only=True):
    """What is known of one target's health."""

    failures: int = 0
    """Failures since the last whole answer, as long as each came within the window of the one before."""
    failed_at: float = 0.0
    """When the last one was."""
    is_open: bool = False
    """Whether it waits for a probe to be answered."""
    rests_until: float = 0.0
    """While it is open: nothing passes before this moment; then one probe, which moves it on."""
    latency_seconds: float | None = None
    """Smoothed time to an answer, of a stream to its first token; None before the first one."""

    def is_resting(self, now: float) -> bool:
        """Tell whether the target must not be asked now. Changes nothing."""
        return self.is_open and now < self.rests_until

    def let_through(self, now: float, policy: BreakerPolicy) -> bool:
        """Tell whether the caller may ask the target now, and must; of an open breaker that is this cool-down's probe.

        A probe that never reports back costs one cool-down, no more.
        """
        if not self.is_open:
            return True
        if now < self.rests_until:
            return False
        self.rests_until = now + policy.cool_down_seconds
        return True

    def begin(self, seconds: float) -> None:
        """Note that an answer began after so long: the breaker closes, its failures still count until the end."""
        self.is_open = False
        known = self.latency_seconds
        self.latency_seconds = seconds if known is None else known + _SMOOTHING * (seconds - known)

    def succeed(self) -> None:
        """Note that an answer came to its end."""
        self.failures = 0

    def fail(self, now: float, policy: BreakerPolicy) -> None:
        """Note a failure; enough of them, or one while the breaker is open, let the target rest."""
        self.failures = self.failures + 1 if now - self.failed_at <= policy.within_seconds else 1
        self.failed_at = now
        if self.is_open or self.failures >= policy.failures:
            self.rest(now + policy.cool_down_seconds)

    def rest(self, until: float) -> None:
        """Leave the target alone until a moment, which is never moved back."""
        self.rests_until = max(self.rests_until, until) if self.is_open else until
        self.is_open = True
