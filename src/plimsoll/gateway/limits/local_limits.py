"""Limits that one process keeps in its memory: exact where that process serves alone.

Nothing in it waits, so that what is checked cannot change before it is taken. It belongs to one event loop.
"""

from plimsoll.errors import Overloaded
from plimsoll.gateway.limits.limiter import Admission, Asked, LimiterHealth
from plimsoll.gateway.limits.refusal import CONCURRENT_RETRY_SECONDS, refuse
from plimsoll.gateway.limits.window import SPAN_SECONDS, Window
from plimsoll.records import Allowance, Clock

MOST_OWNERS = 50_000
"""Allowances whose use is remembered at once; idle ones are forgotten."""


class _Use:
    """What one allowance has used."""

    __slots__ = ("open_calls", "requests", "tokens")

    def __init__(self) -> None:
        self.requests = Window()
        self.tokens = Window()
        self.open_calls = 0

    def is_idle(self, now: float) -> bool:
        return not (self.open_calls or self.requests.expire(now) or self.tokens.expire(now))


class LocalLimits:
    """A `Limiter` in memory."""

    def __init__(self, clock: Clock, *, most_owners: int = MOST_OWNERS) -> None:
        self._clock = clock
        self._most_owners = most_owners
        self._uses: dict[str, _Use] = {}
        self._open: set[int] = set()
        self._last_id = 0
        self._tidy_at = clock.monotonic() + SPAN_SECONDS

    def __len__(self) -> int:
        """Return for how many allowances something is remembered."""
        return len(self._uses)

    async def admit(self, asked: Asked) -> Admission:
        """Count the call, or raise LimitReached and count nothing; Overloaded when too many allowances are in use."""
        now = self._clock.monotonic()
        if now >= self._tidy_at:
            self._tidy(now)
        limited = [(each, self._use_of(each)) for each in asked.allowances if each.has_limits]
        for allowance, use in limited:
            _check(allowance, use, tokens=asked.tokens, now=now)
        if not limited:
            return Admission(admission_id=0, asked=asked)
        second = int(now)
        for allowance, use in limited:
            use.open_calls += 1
            if allowance.requests_per_minute is not None:
                use.requests.add(second, 1)
            if allowance.tokens_per_minute is not None:
                use.tokens.add(second, asked.tokens)
        self._last_id += 1
        self._open.add(self._last_id)
        return Admission(admission_id=self._last_id, asked=asked, second=second)

    async def leave(self, admission: Admission, *, tokens: int) -> None:
        """Free the places and correct the tokens; leaving again does nothing."""
        if admission.admission_id not in self._open:
            return
        self._open.remove(admission.admission_id)
        surplus = admission.asked.tokens - tokens
        for allowance in admission.asked.allowances:
            use = self._uses.get(allowance.allowance_id)
            if use is None or not allowance.has_limits:
                continue
            use.open_calls -= 1
            if allowance.tokens_per_minute is None:
                continue
            if surplus > 0:
                use.tokens.give_back(admission.second, surplus)
            elif surplus < 0:
                use.tokens.add(int(self._clock.monotonic()), -surplus)

    def health(self) -> LimiterHealth:
        """Return how many calls are under way."""
        return LimiterHealth(open_calls=len(self._open))

    async def close(self) -> None:
        """Do nothing: there is nothing outside this process."""

    def _use_of(self, allowance: Allowance) -> _Use:
        use = self._uses.get(allowance.allowance_id)
        if use is None:
            if len(self._uses) >= self._most_owners:
                self._tidy(self._clock.monotonic())
            if len(self._uses) >= self._most_owners:
                raise Overloaded(
                    f"More than {self._most_owners:,} allowances are in use within a minute.",
                    next_step="Try again in a minute.",
                )
            use = self._uses[allowance.allowance_id] = _Use()
        return use

    def _tidy(self, now: float) -> None:
        """Forget the idle; those with open calls or something that still counts stay."""
        self._tidy_at = now + SPAN_SECONDS
        self._uses = {name: use for name, use in self._uses.items() if not use.is_idle(now)}


def _check(allowance: Allowance, use: _Use, *, tokens: int, now: float) -> None:
    limit = allowance.concurrent
    if limit is not None and use.open_calls >= limit:
        raise refuse(allowance, "concurrent", retry_after_seconds=CONCURRENT_RETRY_SECONDS)
    limit = allowance.requests_per_minute
    if limit is not None and use.requests.expire(now) + 1 > limit:
        raise refuse(allowance, "requests", retry_after_seconds=use.requests.seconds_until(1, limit=limit, now=now))
    limit = allowance.tokens_per_minute
    if limit is not None and use.tokens.expire(now) + tokens > limit:
        wait = use.tokens.seconds_until(tokens, limit=limit, now=now)
        raise refuse(allowance, "tokens", retry_after_seconds=wait, tokens=tokens)
