"""How much a step of retention does follows what steps take, not what else the machine does."""

from plimsoll.traces.retention.steps import Cost, Pace


def pace_after(*steps: tuple[float, float], seconds: float = 0.0) -> int:
    """Return the size after steps with these seconds and CPU seconds a span, and a fixed time each."""
    pace = Pace(64, fewest=64)
    for held, worked in steps:
        pace.note(pace.size, Cost(seconds + held * pace.size, worked * pace.size))
    return pace.size


def test_steps_grow_until_they_take_eight_milliseconds():
    assert pace_after(*[(1e-5, 1e-5)] * 30) in range(795, 801)


def test_a_step_in_three_that_waits_for_the_processor_makes_no_step_smaller():
    assert pace_after(*[(1e-5, 1e-5), (1e-5, 1e-5), (1e-3, 1e-5)] * 20) in range(795, 801)


def test_dear_spans_make_small_steps():
    assert pace_after(*[(1e-4, 1e-4)] * 30) in range(79, 81)


def test_where_beginning_a_step_takes_too_long_the_work_in_it_still_pays():
    assert pace_after(*[(1e-5, 1e-5)] * 30, seconds=0.1) in range(295, 301)


def test_no_step_is_smaller_than_what_is_fewest():
    assert pace_after(*[(1.0, 1.0)] * 30) == 64
