"""The models behind the gateway: in which order a call asks them, and how they have been doing.

One for each gateway; calls of all aliases share what is known of a target. Who serves them stands in the plan.
"""

from collections.abc import Callable, Collection, Sequence

from plimsoll.errors import ProvidersResting, RequestRejected, UpstreamError
from plimsoll.gateway.balance import order_targets
from plimsoll.gateway.breaker import Breaker
from plimsoll.gateway.plan import Route
from plimsoll.gateway.policy import BreakerPolicy, Policy
from plimsoll.gateway.target import ModelTarget
from plimsoll.records import Clock

_MOST_BREAKERS = 1_000


class Targets:
    """A breaker for each model that was asked. It outlives every plan."""

    def __init__(self, *, clock: Clock, draw: Callable[[], float]) -> None:
        """Know nothing yet; `draw` returns numbers even in [0, 1)."""
        self.clock = clock
        self.draw = draw
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def breaker(self, target: ModelTarget) -> Breaker:
        """Return what is known of the target's health."""
        key = (target.provider, target.model)
        known = self._breakers.get(key)
        if known is None:
            if len(self._breakers) >= _MOST_BREAKERS:
                self._forget_one()
            known = self._breakers[key] = Breaker()
        return known

    def forget(self, providers: Collection[str]) -> None:
        """Forget how the models of these providers have been doing: they are others now."""
        for key in [key for key in self._breakers if key[0] in providers]:
            del self._breakers[key]

    def ordered(self, route: Route) -> Sequence[ModelTarget]:
        """Return the targets of a route in the order in which this call asks them."""
        if len(route.targets) == 1 or route.policy.balance == "in_order":
            return route.all_targets
        latencies = [self.breaker(target).latency_seconds for target in route.targets]
        return order_targets(route, latencies=latencies, drawn=self.draw())

    def let_through(self, target: ModelTarget, policy: BreakerPolicy) -> bool:
        """Tell whether the caller may ask the target now; one that may must, since it may be the probe."""
        return self.breaker(target).let_through(self.clock.monotonic(), policy)

    def has_open(self, targets: Sequence[ModelTarget]) -> bool:
        """Tell whether any of the targets may be asked now."""
        now = self.clock.monotonic()
        return any(not self.breaker(target).is_resting(now) for target in targets)

    def note_failure(self, target: ModelTarget, error: UpstreamError, policy: Policy) -> None:
        """Count a failure that says something about the target's health; a wait that it names itself is kept to."""
        if isinstance(error, RequestRejected):
            return
        breaker, now = self.breaker(target), self.clock.monotonic()
        wait = error.retry_after_seconds
        if wait is not None and wait > policy.longest_wait_seconds:
            breaker.rest(now + min(wait, policy.breaker.cool_down_seconds))
        else:
            breaker.fail(now, policy.breaker)

    def write_resting(self, targets: Sequence[ModelTarget]) -> ProvidersResting:
        """Return the error for a call none of whose targets may be asked."""
        now = self.clock.monotonic()
        wait = max(0.0, min(self.breaker(target).rests_until for target in targets) - now)
        names = ", ".join(target.full_name for target in targets)
        return ProvidersResting(
            f"{names} is left alone for {wait:.1f} s: it failed too often of late, or asked for that.",
            next_step="Try again then, or give the model a fall-back in plimsoll.toml.",
            retry_after_seconds=wait,
        )

    def _forget_one(self) -> None:
        """Callers may name any model. A healthy one is forgotten first, since a new breaker says the same of it."""
        healthy = (key for key, breaker in self._breakers.items() if not breaker.is_open)
        del self._breakers[next(healthy, next(iter(self._breakers)))]
