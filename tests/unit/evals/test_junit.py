"""JUnit XML: red exactly where the command's exit code is."""

from typing import Literal
from xml.etree import ElementTree as ET

import msgspec
import pytest

from plimsoll.evals import EvalRun, gate_run, summarise_junit
from plimsoll.line import Line, answered, pass_rate
from plimsoll.scorers import exact

from unit.evals.samples import result, run_of

GOOD = run_of([result(number) for number in range(200)])
BAD = run_of([result(number, passed=number % 2 == 0) for number in range(200)])
FEW = run_of([result(number) for number in range(5)])


def suite(line: Line, run: EvalRun, baseline: EvalRun | None = None) -> ET.Element:
    return ET.fromstring(summarise_junit(gate_run(line, run, baseline)))  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("run", "undecided", "counts"),
    [
        (GOOD, "block", ("0", "0", "0")),
        (BAD, "block", ("1", "0", "0")),
        (FEW, "block", ("0", "2", "0")),
        (FEW, "warn", ("0", "0", "2")),
    ],
)
def test_bars_are_tests_that_pass_fail_or_are_undecided(
    run: EvalRun, undecided: Literal["block", "warn"], counts: tuple[str, str, str]
):
    line = Line(pass_rate(exact, at_least=0.9), answered(at_least=0.8), undecided=undecided)
    found = suite(line, run)
    assert (found.get("failures"), found.get("errors"), found.get("skipped")) == counts
    assert [test.get("name") for test in found.iter("testcase")] == [bar.name for bar in line.bars]


def test_a_comparison_is_a_test_that_names_its_baseline_and_its_reason():
    line = Line(pass_rate(exact, at_least=0.3))
    found = suite(line, BAD, GOOD)
    (failed,) = found.iter("failure")
    assert "worse by more than 0.02" in (failed.get("message") or "")
    names = [test.get("name") for test in found.iter("testcase")]
    assert names[1] == f"{line.bars[0].name} against {GOOD.id}"


def test_what_xml_may_not_hold_is_replaced_and_what_means_something_to_it_is_written_out():
    line = Line(pass_rate(exact, at_least=0.9))
    report = msgspec.structs.replace(gate_run(line, GOOD), reason='a <b> & "c"\x00', notes=("<note>",))
    found = ET.fromstring(summarise_junit(report))  # noqa: S314 - our own
    reasons = [one.get("value") for one in found.iter("property") if one.get("name") == "reason"]
    assert (reasons, found.findtext("system-out")) == (['a <b> & "c"\ufffd'], "<note>")
