"""The line: what it keeps, what it refuses, and what a verdict does to an exit code."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from plimsoll.errors import InvalidFeature
from plimsoll.line import Line, answered, error_rate
from plimsoll.records import Verdict

BAR = answered(at_least=0.8)


def test_a_line_keeps_its_bars_in_order_and_its_defaults():
    line = Line(BAR, error_rate(at_most=0.01))
    assert [bar.name for bar in line.bars] == ["answered", "error_rate"]
    assert (line.confidence, line.margin, line.window_days, line.undecided) == (0.95, 0.02, 30, "block")


def test_a_line_is_a_frozen_value():
    line = Line(BAR, confidence=0.9)
    assert line == Line(BAR, confidence=0.9)
    assert hash(line) == hash(Line(BAR, confidence=0.9))
    with pytest.raises(dataclasses.FrozenInstanceError):
        line.margin = 0.5  # pyright: ignore[reportAttributeAccessIssue] - that it cannot be assigned is the point


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (Line, r"Line\(\) has no bar.*e\.g\. Line\(answered"),
        (lambda: Line(BAR, answered(at_least=0.9)), r"2 bars named 'answered'"),
        (lambda: Line(BAR, confidence=95), r"confidence=95\) is not above 0\.5 and below 1"),
        (lambda: Line(BAR, margin=1), r"margin=1\) is not from 0"),
        (lambda: Line(BAR, window_days=0), r"window_days=0\) is not a whole number of days"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_with_its_value_and_the_allowed_ones(
    write: Callable[[], Line], message: str
):
    with pytest.raises(InvalidFeature, match=message):
        write()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"undecided": "maybe"}, r"undecided='maybe'\) is not one of 'block', 'warn'"), ({"window_days": 1.5}, "1.5")],
)
def test_arguments_of_a_wrong_type_are_refused_as_well(wrong: dict[str, Any], message: str):
    with pytest.raises(InvalidFeature, match=message):
        Line(BAR, **wrong)


def test_what_is_no_bar_is_refused():
    bars: list[Any] = [BAR, 0.9]
    with pytest.raises(InvalidFeature, match=r"Line\(0\.9\) is not a bar.*pass_rate"):
        Line(*bars)


@pytest.mark.parametrize(
    ("verdict", "blocking", "warning"),
    [(Verdict.HOLDS, 0, 0), (Verdict.FALLS_SHORT, 1, 1), (Verdict.CANNOT_TELL, 3, 0)],
)
def test_exit_codes_stand_in_one_place(verdict: Verdict, blocking: int, warning: int):
    assert Line(BAR).exit_code(verdict) == blocking
    assert Line(BAR, undecided="warn").exit_code(verdict) == warning


def test_only_an_undecided_line_that_passes_says_a_warning():
    assert 'undecided="warn"' in Line(BAR, undecided="warn").warning(Verdict.CANNOT_TELL)
    assert Line(BAR, undecided="warn").warning(Verdict.FALLS_SHORT) == ""
    assert Line(BAR).warning(Verdict.CANNOT_TELL) == ""
