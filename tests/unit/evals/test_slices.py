"""Slices by tag: a tag that misses its bar is found among many, and chance alone finds none."""

import msgspec
import numpy as np

from plimsoll.evals import CaseResult, render_slices, slice_run
from plimsoll.line import Line, answered, error_rate, latency, pass_rate
from plimsoll.scorers import exact

from unit.evals.samples import result, run_of
from unit.evals.test_report import shown

LINE = Line(pass_rate(exact, at_least=0.8), error_rate(at_most=0.2), answered(at_least=0.8), latency(p95_seconds=2))


def tagged(number: int, *tags: str, passed: bool) -> CaseResult:
    return msgspec.structs.replace(result(number, passed=passed), tags=tags)


def test_the_tag_that_misses_its_bar_comes_first_and_is_marked():
    results = [tagged(n, "refunds", "short", passed=n % 2 == 0) for n in range(40)]
    results += [tagged(n, f"tag-{n % 5}", "short", passed=True) for n in range(40, 200)]
    slices = slice_run(LINE, run_of(results))
    first = slices[0]
    assert (first.tag, first.bar.name, first.evidence.n) == ("refunds", LINE.bars[0].name, 40)
    assert [one.tag for one in slices if one.is_worse(0.95)] == ["refunds"]
    assert {one.bar.name for one in slices} == {LINE.bars[0].name, LINE.bars[1].name}, (
        "latency is no share, and which cases should be answered goes by tag"
    )
    assert "✗" in shown(render_slices(slices, LINE))[2]


def test_forty_tags_that_meet_their_bar_exactly_rarely_hold_a_false_finding():
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(60):
        results = [tagged(n, f"tag-{n % 40}", passed=bool(rng.random() < 0.8)) for n in range(1_200)]
        found += any(one.is_worse(0.95) for one in slice_run(LINE, run_of(results)))
    assert found <= 7  # at most 5 % of runs, and chance


def test_a_tag_with_four_results_is_too_small_to_look_at():
    assert slice_run(LINE, run_of([tagged(n, "rare", passed=False) for n in range(4)])) == ()
