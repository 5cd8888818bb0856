"""Intervals of quantiles, against scipy."""

import math

import numpy as np
import pytest

from plimsoll.stats import Ranks, cases_for_quantile, quantile_interval, quantile_ranks
from plimsoll.stats.distributions import binomial_reach

from unit.stats import oracles


@pytest.mark.parametrize("n", [72, 100, 500])
@pytest.mark.parametrize("q", [0.5, 0.9, 0.95])
def test_the_ends_are_the_order_statistics_that_scipy_picks(n: int, q: float):
    values = np.random.default_rng(n).lognormal(size=n)
    interval = quantile_interval(values, q)
    assert (interval.low, interval.high) == oracles.quantile(values, q)


def test_the_estimate_is_the_value_that_95_of_100_do_not_exceed():
    assert quantile_interval(range(1, 101), 0.95).estimate == 95


def test_too_few_values_show_no_upper_end():
    values = [float(value) for value in range(71)]
    assert quantile_interval(values, 0.95).high == math.inf
    assert quantile_interval([*values, 71.0], 0.95).high == 71
    assert cases_for_quantile(0.95) == 72


def test_too_few_values_show_no_lower_end_either():
    assert quantile_interval([1.0], 0.5).low == -math.inf


def test_a_value_that_never_came_back_counts_as_the_slowest():
    assert quantile_interval([1.0] * 80 + [math.inf] * 20, 0.5).high == 1
    assert quantile_interval([1.0] * 80 + [math.inf] * 20, 0.95).high == math.inf


@pytest.mark.parametrize("q", [0, 1, 95])
def test_a_quantile_outside_its_range_is_refused(q: float):
    with pytest.raises(ValueError, match=f"q={q}"):
        quantile_interval([1.0], q)
    with pytest.raises(ValueError, match=f"q={q}"):
        cases_for_quantile(q)


@pytest.mark.parametrize("n", [1, 5, 72, 73, 1_000, 200_000])
def test_the_ranks_are_those_of_all_places_looked_at(n: int):
    ranks = np.arange(1.0, n + 1)
    reach = binomial_reach(ranks, np.full(n, float(n)), 0.95)
    high = np.flatnonzero(reach <= 0.025)
    expected = Ranks(low=int(np.count_nonzero(1 - reach <= 0.025)), high=int(high[0]) + 1 if len(high) else 0)
    assert quantile_ranks(n, 0.95) == expected
