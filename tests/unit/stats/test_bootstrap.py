"""Intervals by drawing again: where the statistic is a mean they are those of the paired bootstrap's kind."""

import math

import numpy as np
import pytest

from plimsoll.stats import bootstrap_interval, mean_interval
from plimsoll.stats.distributions import Floats

VALUES = np.random.default_rng(4).normal(3, 1, 200)


def mean_of(weights: Floats) -> float:
    return float(weights @ VALUES / weights.sum())


def test_of_a_mean_it_is_students_interval():
    drawn = bootstrap_interval(mean_of, 200, rng=np.random.default_rng(1), rounds=8_000)
    student = mean_interval(VALUES)
    assert (drawn.low, drawn.high) == pytest.approx((student.low, student.high), abs=0.02)


def test_one_cluster_leaves_everything_open():
    interval = bootstrap_interval(mean_of, 200, rng=np.random.default_rng(1), clusters=["one"] * 200)
    assert (interval.low, interval.high) == (-math.inf, math.inf)


def test_a_figure_that_most_draws_do_not_show_has_no_ends():
    seen = bootstrap_interval(lambda weights: 1.0 if weights[0] == 1 else math.nan, 200, rng=np.random.default_rng(1))
    assert (seen.estimate, seen.low, seen.high) == (1.0, -math.inf, math.inf)


def test_no_cases_are_refused():
    with pytest.raises(ValueError, match="at least one observation"):
        bootstrap_interval(mean_of, 0, rng=np.random.default_rng(1))
