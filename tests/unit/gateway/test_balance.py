"""Which of several targets is asked first."""

from collections import Counter

import pytest

from plimsoll.gateway import ModelTarget, Policy, Route
from plimsoll.gateway.balance import order_targets
from plimsoll.gateway.policy import Balance

A, B, C, LAST = (ModelTarget(alias="fast", provider="east", model=name) for name in ("a", "b", "c", "last"))


def route(balance: Balance, weights: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Route:
    policy = Policy(balance=balance)
    return Route(name="fast", targets=(A, B, C), weights=weights, fall_back=(LAST,), policy=policy)


def draws(number: int) -> list[float]:
    return [place / number for place in range(number)]


def test_every_target_is_asked_once_and_the_fall_backs_last():
    for balance in ("weighted", "least_latency"):
        for drawn in draws(97):
            order = order_targets(route(balance), latencies=[3.0, None, 1.0], drawn=drawn)
            assert sorted(one.model for one in order[:3]) == ["a", "b", "c"]
            assert order[3:] == (LAST,)


def test_weights_are_shares_of_the_calls():
    weighted = route("weighted", (3.0, 1.0, 0.0))
    first = Counter(order_targets(weighted, latencies=[], drawn=drawn)[0].model for drawn in draws(1_000))
    assert first == {"a": 750, "b": 250}


@pytest.mark.parametrize(
    ("latencies", "first"), [([3.0, 2.0, 1.0], "c"), ([3.0, None, 1.0], "b"), ([1.0, 1.0, 1.0], "a")]
)
def test_the_fastest_is_asked_first_and_one_that_nobody_knows_before_all(latencies: list[float | None], first: str):
    assert order_targets(route("least_latency"), latencies=latencies, drawn=0.5)[0].model == first


def test_one_call_in_twenty_asks_any_so_that_one_that_recovered_is_noticed():
    fast = route("least_latency")
    slow = Counter(order_targets(fast, latencies=[1.0, 9.0, 9.0], drawn=drawn)[0].model for drawn in draws(1_000))
    assert {slow["b"], slow["c"]} <= {16, 17}
