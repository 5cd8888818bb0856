"""How many cases, and how small an effect."""

import pytest

from plimsoll.records import Interval
from plimsoll.stats import (
    cases_for_difference,
    cases_for_level,
    cases_for_proportion,
    clearing_probability,
    mean_interval,
    mean_variance,
    smallest_effect,
    variance_behind,
)

from unit.stats import oracles


def test_the_reference_runs_of_the_architecture_are_reproduced():
    assert clearing_probability(200, expected=0.93, bar=0.90) == pytest.approx(0.25, abs=0.005)
    assert clearing_probability(500, expected=0.93, bar=0.90) == pytest.approx(0.61, abs=0.005)


@pytest.mark.parametrize(("expected", "bar"), [(0.93, 0.9), (0.85, 0.9), (0.999, 0.99), (0.002, 0.01), (0.6, 0.5)])
def test_from_the_number_returned_the_interval_clears_in_four_runs_of_five(expected: float, bar: float):
    n = cases_for_proportion(expected, bar)
    assert clearing_probability(n - 1, expected=expected, bar=bar) < 0.8
    assert all(clearing_probability(n + more, expected=expected, bar=bar) >= 0.8 for more in range(30))


@pytest.mark.parametrize(("bar", "cases"), [(0.8, 14), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_a_flawless_run_clears_from_the_rule_of_three_on(bar: float, cases: int):
    assert cases_for_proportion(1.0, bar) == cases
    assert cases_for_proportion(0.0, 1 - bar) == cases


def test_a_hair_from_the_bar_needs_the_approximate_number():
    assert cases_for_proportion(0.9001, 0.9) == pytest.approx(7.06e7, rel=0.01)


@pytest.mark.parametrize(("expected", "bar"), [(0.9, 0.9), (1.1, 0.9), (0.9, -0.1)])
def test_shares_that_no_number_tells_apart_are_refused(expected: float, bar: float):
    with pytest.raises(ValueError, match=f"expected={expected}"):
        cases_for_proportion(expected, bar)


def test_the_cases_for_a_difference_are_near_those_of_a_t_test():
    assert cases_for_difference(0.3**2, 0.02) == pytest.approx(oracles.cases_for_effect(0.02 / 0.3), abs=3)


def test_repeats_shrink_the_variance_within_cases_only():
    once = cases_for_difference(0.1, 0.05, variance_baseline=0.2, variance_candidate=0.2)
    four_times = cases_for_difference(0.1, 0.05, variance_baseline=0.2, variance_candidate=0.2, repeats=4)
    assert (once, four_times) == (cases_for_difference(0.5, 0.05), cases_for_difference(0.2, 0.05))


def test_the_smallest_effect_is_the_margin_that_its_cases_were_made_for():
    n = cases_for_difference(0.09, 0.02)
    assert smallest_effect(0.09, n) == pytest.approx(0.02, rel=1e-3)


def test_nothing_shows_a_difference_of_nothing():
    with pytest.raises(ValueError, match="margin=0"):
        cases_for_difference(0.09, 0)
    with pytest.raises(ValueError, match="n=0"):
        smallest_effect(0.09, 0)


def test_a_stricter_level_needs_cases_as_the_square_of_the_distance():
    assert cases_for_level(0.025, 100, level=0.025, power=0.5) == 100
    assert cases_for_level(0.025, 100, level=0.025) == 205
    with pytest.raises(ValueError, match=r"p_value=0\.5"):
        cases_for_level(0.5, 100, level=0.025)


def test_the_variance_behind_an_interval_is_that_of_its_values():
    values = [0.0, 1.0] * 200
    assert variance_behind(mean_interval(values)) == pytest.approx(mean_variance(values, None), rel=0.02)
    point = Interval(estimate=0.5, low=0.5, high=0.5, confidence=0.95, n=10)
    assert variance_behind(point) == 0
