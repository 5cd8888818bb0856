import pytest

from plimsoll.server.tracing.outline import AXIS, MOST_AT_TOP, MOST_SHOWN, MOST_SIBLINGS, Branch, draw_outline
from plimsoll.traces import StepLine


def line(name: str, parent: str | None, *times: int, failed: bool = False) -> StepLine:
    start, end = times
    return StepLine(name, parent, name, None, start, end, failed, None, None, None, None)


def walk(steps: tuple[Branch, ...], depth: int = 0) -> list[tuple[str, int]]:
    return [one for step in steps for one in ((step.name, depth), *walk(step.steps, depth + 1))]


def broad(count: int) -> list[StepLine]:
    return [line("root", None, 0, count), *(line(str(at), "root", at, at + 1) for at in range(count))]


def test_steps_stand_in_the_order_of_a_tree():
    lines = [line("root", None, 0, 100), line("a", "root", 0, 40), line("a1", "a", 10, 20), line("b", "root", 50, 90)]
    assert walk(draw_outline(lines).steps) == [("root", 0), ("a", 1), ("a1", 2), ("b", 1)]


def test_a_bar_begins_and_ends_where_its_step_does():
    (root,) = draw_outline([line("root", None, 0, 100), line("a", "root", 25, 75)]).steps
    assert [(one.left, one.width) for one in (root, *root.steps)] == [(0, AXIS), (250, 500)]


def test_a_step_that_took_no_time_is_still_seen():
    (root,) = draw_outline([line("root", None, 0, 10**6), line("a", "root", 10**6, 10**6)]).steps
    assert root.steps[0].width > 0
    assert root.steps[0].left + root.steps[0].width <= AXIS


@pytest.mark.parametrize("parent", ["gone", "self"])
def test_a_step_without_its_parent_stands_at_the_top(parent: str):
    assert walk(draw_outline([line("self", parent, 0, 1)]).steps) == [("self", 0)]


def test_steps_that_contain_each_other_are_not_lost():
    lines = [line("a", "c", 0, 3), line("b", "a", 1, 3), line("c", "b", 2, 3)]
    assert walk(draw_outline(lines).steps) == [("a", 0), ("b", 1), ("c", 2)]


def test_what_a_folded_step_holds_is_counted():
    lines = [line("root", None, 0, 9), line("a", "root", 1, 5), line("a1", "a", 2, 3, failed=True)]
    (root,) = draw_outline(lines).steps
    assert (root.within, root.errors_within, root.steps[0].within) == (2, 1, 1)


def test_thirty_thousand_steps_are_cut_and_what_is_missing_is_counted():
    outline = draw_outline(broad(30_000))
    (root,) = outline.steps
    assert (outline.count, len(root.steps), root.hidden) == (30_001, MOST_SIBLINGS, 30_000 - MOST_SIBLINGS)


def test_the_inside_of_a_step_is_reached_page_by_page():
    seen = [
        step.name
        for first in range(0, 250, MOST_AT_TOP)
        for step in draw_outline(broad(250), within="root", first=first).steps
    ]
    assert seen == [str(at) for at in range(250)]


def test_high_levels_are_shown_before_deep_ones():
    deep = [line("root", None, 0, 999)]
    for at in range(30):
        deep.append(line(f"{at}", "root", at, at + 1))
        deep += [line(f"{at}.{n}", f"{at}", at, at + 1) for n in range(30)]
    outline = draw_outline(deep)
    levels = [depth for _, depth in walk(outline.steps)]
    assert len(levels) == MOST_SHOWN
    assert levels.count(1) == 30


def test_a_chain_of_a_thousand_steps_ends_where_it_can_be_gone_on_with():
    chain = [line(str(at), str(at - 1) if at else None, at, 1000) for at in range(1000)]
    deepest = walk(draw_outline(chain).steps)[-1][0]
    assert draw_outline(chain, within=deepest).steps[0].name == str(int(deepest) + 1)


def test_no_steps_are_no_rows():
    assert draw_outline([]).steps == ()
