"""Lines over time: gaps stay gaps, the line is always on the axis, and the table says what the strokes say."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.pages import Series, TimeChart, TimeLine, draw_over_time

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES = st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=20)


def drawn(*values: float | None, line: TimeLine | None = None, is_share: bool = False) -> TimeChart:
    moments = [NOON + timedelta(minutes=at) for at in range(len(values))]
    series = Series(name="p95", values=values)
    until = moments[-1] + timedelta(minutes=1)
    return draw_over_time("Latency", [series], moments=moments, until=until, show=str, line=line, is_share=is_share)


def at_most(value: float) -> TimeLine:
    return TimeLine(value=value, is_at_least=False, words=f"≤ {value:g}")


def test_a_moment_without_a_value_breaks_the_stroke_and_is_no_zero():
    chart = drawn(1.0, 2.0, None, 4.0, 5.0)
    assert chart.strokes[0].path.count("M") == 2
    assert "100.00" not in chart.strokes[0].path
    assert [row.cells for row in chart.rows] == [("5.0",), ("4.0",), ("2.0",), ("1.0",)]


def test_a_moment_alone_is_a_dot_and_no_stroke():
    stroke = drawn(None, 3.0, None, 4.0, 5.0).strokes[0]
    assert re.fullmatch(r"M300\.0 [\d.]+h0\.01", stroke.dots)
    assert (stroke.path.count("M"), stroke.path.count("L")) == (1, 1)


def test_where_nothing_was_seen_nothing_is_drawn_or_listed():
    chart = drawn(None, None, line=at_most(2.0))
    assert (chart.is_empty, chart.strokes[0].path, chart.latest) == (True, "", "")


def test_the_line_and_its_good_side_stand_where_the_axis_says():
    chart = drawn(1.0, 3.0, line=at_most(2.0))
    assert chart.ticks == ("4.0", "2.0", "0.0")
    assert (chart.line_at, chart.good_from, chart.good_to) == (50.0, 50.0, 100.0)


def test_of_a_line_that_asks_for_more_the_good_side_is_above():
    chart = drawn(0.9, 1.0, line=TimeLine(value=0.95, is_at_least=True, words="≥ 0.95"), is_share=True)
    assert (chart.ticks[0], chart.ticks[2], chart.good_from, chart.good_to) == ("1.0", "0.8", 0.0, 25.0)


def test_an_axis_of_shares_never_says_more_than_all():
    chart = drawn(1.0, 0.0, line=at_most(0.1), is_share=True)
    assert (chart.ticks, chart.line_at) == (("1.0", "0.5", "0.0"), 90.0)


def test_the_axis_leaves_out_what_the_name_of_the_line_would_cover():
    chart = drawn(1.0, 3.0, line=at_most(2.1))
    assert chart.shown_ticks == (("4.0", 0.0), ("0.0", 100.0))
    assert drawn(1.0, 3.0).shown_ticks == (("4.0", 0.0), ("2.0", 50.0), ("0.0", 100.0))


def test_the_table_of_time_says_the_day_beyond_one():
    moments = [NOON, NOON + timedelta(days=2)]
    chart = draw_over_time(
        "Cost", [Series(name="mean", values=(1.0, 2.0))], moments=moments, until=NOON + timedelta(days=4), show=str
    )
    assert chart.moments == ("Nov 21 12:00", "Nov 23 12:00", "Nov 25 12:00")


def test_a_band_is_an_area_for_each_run():
    series = Series(name="rate", values=(0.5, None, 0.6), low=(0.4, None, 0.5), high=(0.6, None, 0.7))
    moments = [NOON + timedelta(minutes=at) for at in range(3)]
    chart = draw_over_time("Quality", [series], moments=moments, until=NOON, show=str, is_share=True)
    assert chart.strokes[0].band.count("Z") == 2


@given(VALUES, st.none() | st.floats(0, 1e6))
def test_nothing_leaves_the_field(values: list[float | None], line: float | None):
    chart = drawn(*values, line=None if line is None else at_most(line))
    stroke = chart.strokes[0]
    numbers = [float(one) for one in re.findall(r"\d+\.\d+", (stroke.path + stroke.dots).replace("h0.01", ""))]
    assert all(0 <= x <= 1000 for x in numbers[::2])
    assert all(0 <= y <= 100 for y in numbers[1::2])
    assert 0 <= chart.line_at <= 100
    assert len(chart.rows) == sum(value is not None for value in values)


@pytest.mark.parametrize(("most", "top"), [(0.0, 1.0), (0.9, 1.0), (1.0, 2.0), (37.0, 40.0), (970.0, 1000.0)])
def test_the_axis_ends_on_a_round_number(most: float, top: float):
    assert float(drawn(most).ticks[0]) == pytest.approx(top)
