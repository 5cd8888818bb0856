"""Geometry of charts: nothing leaves its axis, whatever the interval."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.pages import Scale, draw_interval, scale_for
from plimsoll.records import Interval

FINITE = st.floats(-1e6, 1e6)


def interval(low: float, estimate: float, high: float) -> Interval:
    return Interval(estimate=estimate, low=low, high=high, confidence=0.95, n=10)


@given(st.lists(FINITE, min_size=3, max_size=3).map(sorted), st.none() | FINITE, st.booleans())
def test_everything_stands_on_the_axis_in_order(ends: list[float], line: float | None, is_share: bool):  # noqa: FBT001 - given by hypothesis
    scale = scale_for([*ends, *([] if line is None else [line])], is_share=is_share)
    chart = draw_interval(interval(*ends), scale=scale, line=line)
    assert 0 <= chart.low <= chart.dot <= chart.high <= 100
    assert chart.line is None or 0 <= chart.line <= 100
    assert 0 <= chart.good_from <= chart.good_to <= 100


def test_shares_stand_on_whole_tenths():
    scale = scale_for([0.703, 0.954], is_share=True)
    assert (scale.low, scale.high) == (pytest.approx(0.7), 1.0)
    assert scale_for([1.0], is_share=True) == Scale(low=0.9, high=1.0)


def test_an_end_that_cases_cannot_show_reaches_to_the_end_of_the_axis():
    chart = draw_interval(
        interval(1.0, 2.0, math.inf), scale=scale_for([1.0, 2.0, math.inf, 3.0], is_share=False), line=3.0
    )
    assert (chart.high, chart.is_open) == (100.0, True)


def test_the_good_side_is_right_of_a_least_and_left_of_a_most():
    scale = Scale(low=0.0, high=1.0)
    at_least = draw_interval(interval(0.2, 0.3, 0.4), scale=scale, line=0.5)
    at_most = draw_interval(interval(0.2, 0.3, 0.4), scale=scale, line=0.5, is_at_least=False)
    assert (at_least.good_from, at_least.good_to) == (50.0, 100.0)
    assert (at_most.good_from, at_most.good_to) == (0.0, 50.0)
