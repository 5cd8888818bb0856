"""Evaluations that stop half-way: killed, out of money, or wanted by two; nothing is paid for twice."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from plimsoll import Project
from plimsoll.errors import BudgetExhausted, Overloaded
from plimsoll.evals import EvalRun
from plimsoll.project import NEWEST, EvalAsked
from plimsoll.testing import Upstream
from plimsoll.testing.seen import SeenRequest

from flow.cli.commands import surroundings
from flow.project import run_evaluation
from flow.project.evaluated import USD_PER_REQUEST, asked_by_case, evaluated, write_cases, write_evaluated
from waiting import until

pytestmark = pytest.mark.anyio
CASES = 12
CHEAP = "input_usd_per_million = 0.001\noutput_usd_per_million = 0.0"
ANSWER = json.dumps({"answer": "Yes.", "quotes": [], "abstained": False})
AGAIN = EvalAsked(resume=NEWEST)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(answer=ANSWER) as upstream:
        yield upstream


async def kept(project: Project) -> EvalRun:
    """Return the newest run of the project."""
    (newest,) = await project._parts.evaluations.list("echo", limit=1)
    return await project._parts.evaluations.get(newest.id)


@asynccontextmanager
async def hanging_process(folder: Path, concurrency: int) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Evaluate in a process of its own, and kill that at the end at the latest."""
    command = (sys.executable, run_evaluation.__file__, str(folder), str(concurrency))
    child = await asyncio.create_subprocess_exec(*command, env=surroundings())
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


def holding_after(requests: int) -> Upstream:
    """Return a server that answers so many requests, and lets the others wait."""

    def answer(_: SeenRequest) -> str:
        if len(upstream.list_requests()) == requests:
            upstream.hold()
        return ANSWER

    upstream = Upstream(answer=answer)
    return upstream


async def results_kept(project: Project, count: int) -> EvalRun:
    """Wait until so many results are in the store."""
    with closing(sqlite3.connect(project.folder / ".plimsoll" / "state.db")) as store:
        await until(lambda: store.execute("SELECT count(*) FROM eval_results").fetchone() == (count,), seconds=30)
    return await kept(project)


async def test_a_run_whose_process_is_killed_goes_on_and_asks_for_no_finished_case_again(tmp_path: Path):
    with holding_after(5) as upstream:
        folder = write_evaluated(tmp_path, upstream, cases=CASES)
        async with evaluated(folder) as project:
            async with hanging_process(folder, concurrency=2) as child:
                before = await results_kept(project, 5)
                await asyncio.to_thread(upstream.wait_for, waiting=2)
                child.kill()
                await child.wait()
            upstream.release()
            run = await project.evals.run("echo", EvalAsked(resume=before.id[:12]))
        assert (before.ended_at, before.is_complete, len(before.results)) == (None, False, 5)
        assert (run.id, run.is_complete, len(run.results), run.concurrency) == (before.id, True, CASES, 2)
        assert [one for one in run.results if one.case_id in {b.case_id for b in before.results}] == [*before.results]
        asked = asked_by_case(upstream, CASES)
        finished = {int(one.case_id[1:]) for one in before.results}
        assert {asked[case] for case in finished} == {1}
        assert sorted(asked[case] for case in range(CASES) if case not in finished) == [1] * 5 + [2] * 2


async def test_two_processes_never_work_on_one_run(tmp_path: Path):
    with holding_after(3) as upstream:
        folder = write_evaluated(tmp_path, upstream, cases=CASES)
        async with evaluated(folder) as project, hanging_process(folder, concurrency=1):
            run = await results_kept(project, 3)
            with pytest.raises(Overloaded, match=f"Another process is working on the run {run.id[:12]}"):
                await project.evals.run("echo", AGAIN)
            assert len(await project._parts.evaluations.list("echo")) == 1


async def stopped_by_its_cap(project: Project) -> EvalRun:
    """Return a run that a cap stopped which its estimate, by an earlier cheap run, did not foresee."""
    return await project.evals.run("echo", EvalAsked(max_cost_usd=5.5 * USD_PER_REQUEST))


async def test_a_cap_stops_a_run_in_time_and_a_higher_one_lets_it_go_on(tmp_path: Path, upstream: Upstream):
    folder = write_evaluated(tmp_path, upstream, cases=CASES, prices=CHEAP)
    async with evaluated(folder) as project:
        await project.evals.run("echo")
    write_evaluated(tmp_path, upstream, cases=CASES)
    async with evaluated(folder) as project:
        stopped = await stopped_by_its_cap(project)
        assert (len(stopped.results), stopped.is_complete) == (5, False)
        assert "could take the cost above 0.0605 USD (0.055 so far)" in stopped.stop_reason
        assert (await kept(project)).stop_reason == stopped.stop_reason
        with pytest.raises(BudgetExhausted, match=r"after 0\.055 USD already spent"):
            await project.evals.run("echo", EvalAsked(resume=NEWEST, max_cost_usd=0.1))
        whole = await project.evals.run("echo", EvalAsked(resume=NEWEST, max_cost_usd=0.14))
    assert (whole.id, whole.is_complete, whole.stop_reason) == (stopped.id, True, "")
    assert len(upstream.list_requests()) == 2 * CASES
    assert whole.cost_usd == pytest.approx(CASES * USD_PER_REQUEST)


async def test_requests_under_way_count_against_the_cap(tmp_path: Path, upstream: Upstream):
    folder = write_evaluated(tmp_path, upstream, cases=CASES)
    async with evaluated(folder) as project:
        await project.ask("number 0.", feature="echo")
        before = len(upstream.list_requests())
        write_cases(folder, 2)
        asked = EvalAsked(max_cost_usd=2.5 * USD_PER_REQUEST, concurrency=8, repeats=1)
        run = await project.evals.run("echo", asked)
    assert (run.is_complete, len(upstream.list_requests()) - before) == (True, 2)
