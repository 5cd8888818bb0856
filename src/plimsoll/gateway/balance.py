"""Which of several equal targets is asked first. Pure."""

from collections.abc import Sequence
from itertools import accumulate

from plimsoll.gateway.plan import Route
from plimsoll.gateway.target import ModelTarget

_EXPLORED = 0.05


def order_targets(route: Route, *, latencies: Sequence[float | None], drawn: float) -> tuple[ModelTarget, ...]:
    """Return every target of a route in the order of asking; `drawn` is even in [0, 1).

    `weighted` draws the first by its weight. `least_latency` takes the one that answered fastest of late; one that was
    not tried yet comes before all, and one call in twenty asks another, so that a target that recovered is noticed.
    """
    is_weighted = route.policy.balance == "weighted"
    first = _draw_weighted(route.weights, drawn) if is_weighted else _fastest(latencies, drawn)
    chosen = route.targets[first]
    rest = tuple(target for index, target in enumerate(route.targets) if index != first)
    return (chosen, *rest, *route.fall_back)


def _draw_weighted(weights: Sequence[float], drawn: float) -> int:
    mark = drawn * sum(weights)
    return next((index for index, total in enumerate(accumulate(weights)) if mark < total), len(weights) - 1)


def _fastest(latencies: Sequence[float | None], drawn: float) -> int:
    if drawn < _EXPLORED:
        return int(drawn / _EXPLORED * len(latencies))
    return min(range(len(latencies)), key=lambda index: latencies[index] or 0.0)
