import numpy as np
import pytest

from plimsoll.stats import (
    Amounts,
    EffectiveCount,
    WeightedSample,
    bin_shares,
    divergence,
    dominance,
    fisher_exact,
    median_interval,
    share_difference,
    shift,
    smallest_share_difference,
    weighted_log_odds,
    weighted_mean,
)

from unit.stats import oracles


def count(successes: float, n: float) -> EffectiveCount:
    return EffectiveCount(successes=successes, n=n)


def amounts(values: list[float], weights: list[float] | None = None) -> Amounts:
    n = len(values)
    return Amounts(values=np.array(values), weights=np.array(weights or [1.0] * n), clusters=np.arange(n))


@pytest.mark.parametrize("table", [(3, 10, 9, 12), (0, 30, 6, 40), (5, 5, 0, 7), (40, 200, 60, 210), (0, 9, 0, 4)])
def test_fishers_p_value_is_scipys(table: tuple[int, int, int, int]):
    x, n, y, m = table
    assert fisher_exact(count(x, n), count(y, m)) == pytest.approx(oracles.fisher(x, n, y=y, m=m), rel=1e-9)


def test_newcombes_interval_is_the_published_one():
    # Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    found = share_difference(count(48, 80), count(56, 70)).difference
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_ranks_without_ties_are_mann_whitneys():
    rng = np.random.default_rng(1)
    one, two = rng.normal(0, 1, 80), rng.normal(0.3, 1, 90)
    found = dominance(amounts(one.tolist()), amounts(two.tolist()))
    probability, p_value = oracles.mann_whitney(one, two)
    assert found.probability == pytest.approx(probability)
    assert found.p_value == pytest.approx(p_value, rel=0.1)


def test_equal_values_show_no_dominance():
    found = dominance(amounts([1.0] * 30), amounts([1.0] * 40))
    assert (found.probability, found.p_value) == (0.5, 1.0)


def test_a_share_is_weighted_and_clusters_count_once():
    everyone = WeightedSample(np.array([1.0, 1.0, 2.0]), np.arange(3))
    weighted = everyone.count(np.array([2]))
    assert weighted.successes / weighted.n == pytest.approx(0.5)
    assert everyone.worth == pytest.approx(16 / 6)
    pairs = WeightedSample(np.ones(200), np.arange(200) // 2)
    assert pairs.count(np.arange(100)).n == pytest.approx(100, rel=0.02)
    assert WeightedSample(np.ones(200), np.arange(200)).count(np.arange(100)).n == pytest.approx(200, rel=0.02)


def test_medians_means_and_their_difference():
    one, two = amounts([float(n) for n in range(101)]), amounts([float(n + 20) for n in range(101)])
    middle = median_interval(one)
    assert (middle.estimate, weighted_mean(one).estimate) == (50.0, 50.0)
    assert (middle.low, middle.high) == pytest.approx((40, 60), abs=2)
    moved = shift(middle, median_interval(two))
    assert moved.low < moved.estimate == 20.0 < moved.high
    assert median_interval(amounts([1.0, 2.0, 3.0], [1.0, 1.0, 8.0])).estimate == 3.0


def test_divergence_is_nothing_for_the_same_and_one_bit_for_nothing_in_common():
    assert divergence([0.5, 0.5], [0.5, 0.5]) == 0.0
    assert divergence([1.0, 0.0], [0.0, 1.0]) == pytest.approx(1.0)
    apart = bin_shares(amounts([1.0] * 50), amounts([9.0] * 50))
    assert divergence(*apart) == pytest.approx(1.0)


def test_small_groups_show_large_differences_only():
    assert smallest_share_difference(100, 100, level=0.05) == pytest.approx(0.198, abs=0.001)
    assert smallest_share_difference(10, 10, level=0.05) > 0.5


def test_a_word_seen_twice_is_no_discovery():
    first, second = np.array([0.0, 0.0, 500.0]), np.array([2.0, 40.0, 460.0])
    rare, new, usual = weighted_log_odds(first, second, totals=(500.0, 502.0))
    assert abs(rare) < 2 < new
    assert usual < 0
