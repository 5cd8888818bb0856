"""Weighted shares: Hajek's ratio, the sample it is worth, and coverage where chances differ."""

import numpy as np
import pytest

from plimsoll.stats import weighted_proportion, wilson


def test_equal_weights_give_wilsons_interval():
    found = weighted_proportion([True] * 80 + [False] * 20, [4.0] * 100)
    assert found is not None
    assert found.effective_n == pytest.approx(100)
    assert found.interval.low == pytest.approx(wilson(80, 100).low)


def test_a_day_with_a_smaller_rate_counts_for_as_many_requests_as_it_had():
    found = weighted_proportion([True] * 10 + [False] * 10, [10.0] * 10 + [1.0] * 10)
    assert found is not None
    assert found.interval.estimate == pytest.approx(100 / 110)
    assert found.effective_n == pytest.approx(110**2 / (10 * 100 + 10))
    assert found.interval.n == 20


def test_outcomes_counted_together_say_what_they_say_one_by_one():
    alone = weighted_proportion([True] * 30 + [False] * 12 + [True] * 5, [1.0] * 42 + [10.0] * 5)
    assert weighted_proportion([True, False, True], [1.0, 1.0, 10.0], counts=[30, 12, 5]) == alone
    for counts in ([1], [1, 0]):
        with pytest.raises(ValueError, match="count from 1 upwards"):
            weighted_proportion([True, False], [1.0, 1.0], counts=counts)


def test_weights_that_are_none_are_refused_and_no_sample_says_nothing():
    assert weighted_proportion([], []) is None
    for weights in ([1.0], [1.0, 0.0], [1.0, float("inf")]):
        with pytest.raises(ValueError, match="positive weight"):
            weighted_proportion([True, False], weights)


def test_the_truth_is_held_where_two_rates_and_two_kinds_of_days_meet():
    rng, held = np.random.default_rng(5), 0
    for _ in range(400):
        chances = np.repeat([0.05, 0.5], 2_000)
        outcomes = rng.random(4_000) < np.repeat([0.95, 0.7], 2_000)
        drawn = rng.random(4_000) < chances
        found = weighted_proportion(outcomes[drawn].tolist(), (1 / chances[drawn]).tolist())
        assert found is not None
        held += found.interval.low <= float(outcomes.mean()) <= found.interval.high
    assert held >= 370
