import pytest

from plimsoll.records import Span
from plimsoll.server.web.steps import AXIS, MOST_ROWS, lay_out


def span(name: str, parent: str | None, *times: int) -> Span:
    start, end = times
    return Span(trace_id="t", span_id=name, parent_id=parent, name=name, start_ns=start, end_ns=end)


def test_steps_stand_in_the_order_of_a_tree():
    spans = [span("b", "root", 50, 90), span("a1", "a", 10, 20), span("root", None, 0, 100), span("a", "root", 0, 40)]
    rows = lay_out(spans)
    assert [(row.span.name, row.depth) for row in rows] == [("root", 0), ("a", 1), ("a1", 2), ("b", 1)]


def test_a_bar_begins_and_ends_where_its_step_does():
    rows = lay_out([span("root", None, 0, 100), span("a", "root", 25, 75)])
    assert [(row.left, row.width) for row in rows] == [(0, AXIS), (250, 500)]


def test_a_step_that_took_no_time_is_still_seen():
    row = lay_out([span("root", None, 0, 1_000_000), span("a", "root", 1_000_000, 1_000_000)])[1]
    assert row.width > 0
    assert row.left + row.width <= AXIS


@pytest.mark.parametrize("parent", ["gone", "self"])
def test_a_step_without_its_parent_stands_at_the_top(parent: str):
    assert [row.depth for row in lay_out([span("self", parent, 0, 1)])] == [0]


def test_a_trace_of_thirty_thousand_steps_fills_one_page():
    spans = [span("root", None, 0, 30_000), *[span(str(at), "root", at, at + 1) for at in range(30_000)]]
    assert len(lay_out(spans)) == MOST_ROWS


def test_no_steps_are_no_rows():
    assert lay_out([]) == []
