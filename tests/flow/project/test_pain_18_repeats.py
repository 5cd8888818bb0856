"""Pain 18: a case that is asked several times is several rows wherever one looks, never the last one only."""

import json
from pathlib import Path

import pytest

from plimsoll.project import EvalAsked
from plimsoll.testing import Upstream
from plimsoll.traces import TraceFilter, TrafficKind

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio
CASES, REPEATS = 4, 3
ANSWER = json.dumps({"answer": "Yes.", "quotes": [], "abstained": False})


async def test_each_repeat_of_a_case_is_a_result_a_trace_and_part_of_the_figures(tmp_path: Path):
    with Upstream(answer=ANSWER) as upstream:
        folder = write_evaluated(tmp_path, upstream, cases=CASES)
        async with evaluated(folder) as project:
            run = await project.evals.run("echo", EvalAsked(repeats=REPEATS))
            traces = await project.traces.list(TraceFilter(feature="echo", traffic=TrafficKind.EVALUATION))
            stored = await project.evals.kept(run.id)
        asked = len(upstream.list_requests())
    everyone = {(f"c{number}", turn) for number in range(CASES) for turn in range(REPEATS)}
    assert {(one.case_id, one.repeat) for one in stored.results} == everyone
    assert {one.trace_id for one in stored.results} == {trace.trace_id for trace in traces}
    assert (asked, len(stored.results), len(traces)) == (CASES * REPEATS,) * 3
    assert sorted({trace.input_text for trace in traces if trace.input_text}) == [
        json.dumps({"text": f"number {number}."}, separators=(",", ":")) for number in range(CASES)
    ]
