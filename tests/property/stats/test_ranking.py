"""Rankings against an oracle that takes another way: every order and every pair, counted one by one."""

import math
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.stats import ndcg_at, roc_area

GAINS = st.lists(st.integers(0, 3).map(float), min_size=1, max_size=5)
DEPTHS = st.integers(1, 6)


def dcg(gains: tuple[float, ...], k: int) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains) if place < k)


@given(gains=GAINS, k=DEPTHS)
def test_ndcg_is_the_share_of_the_best_of_all_orders(gains: list[float], k: int):
    best = max(dcg(order, k) for order in permutations(gains))
    if best == 0:
        with pytest.raises(ValueError, match="Nothing is wanted"):
            ndcg_at(gains, gains, k)
    else:
        assert ndcg_at(gains, gains, k) == pytest.approx(dcg(tuple(gains), k) / best)


@given(gains=GAINS, k=DEPTHS)
def test_the_best_order_is_worth_one_and_no_order_more(gains: list[float], k: int):
    if any(gains):
        assert ndcg_at(sorted(gains, reverse=True), gains, k) == pytest.approx(1)
        assert 0 <= ndcg_at(gains, gains, k) <= 1 + 1e-12


@given(
    positives=st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12),
    negatives=st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12),
)
def test_the_area_is_the_share_of_pairs_in_order(positives: list[float], negatives: list[float]):
    wins = [1.0 if high > low else 0.5 if high == low else 0.0 for high, low in product(positives, negatives)]
    area = roc_area([*positives, *negatives], [True] * len(positives) + [False] * len(negatives))
    assert area.estimate == pytest.approx(sum(wins) / len(wins))
    assert 0 <= area.low <= area.estimate + 1e-9
    assert area.estimate - 1e-9 <= area.high <= 1
