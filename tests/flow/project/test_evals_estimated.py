"""What an evaluation will cost: from runs, traces or prices, refused above its cap, and said where it is not known."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.errors import BudgetExhausted, InvalidRequest, NotFound, PriceUnknown
from plimsoll.evals import EvalRun
from plimsoll.project import NEWEST, CostEstimate, EvalAsked, EvalWatch
from plimsoll.records import SystemClock, new_id
from plimsoll.testing import Upstream
from plimsoll.testing.seen import SeenRequest

from flow.project.evaluated import USD_PER_REQUEST, evaluated, write_cases, write_evaluated

pytestmark = pytest.mark.anyio
CASES = 6
AGAIN = EvalAsked(resume=NEWEST)


def answer(seen: SeenRequest) -> str:
    """Answer as the feature or as its judge."""
    is_judge = "Is it kind?" in str(seen.body)
    return '{"reason": "It is.", "verdict": "pass"}' if is_judge else '{"answer": "Yes."}'


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(answer=answer) as upstream:
        yield upstream


def _cut(run: EvalRun) -> EvalRun:
    """Return another run that broke off after two cases."""
    return replace(run, id=new_id(SystemClock()), is_complete=False, results=run.results[:2])


async def test_an_estimate_rests_on_prices_then_on_traces_then_on_runs(tmp_path: Path, upstream: Upstream):
    told: list[CostEstimate] = []
    watch = EvalWatch(estimate=told.append)
    async with evaluated(write_evaluated(tmp_path, upstream, cases=CASES)) as project:
        with pytest.raises(BudgetExhausted, match=r"the price of up/test-model for about"):
            await project.evals.run("echo", EvalAsked(max_cost_usd=0.001), watch=watch)
        assert not upstream.list_requests()
        await project.ask("number 0.", feature="echo")
        for _ in range(2):
            await project.evals.run("echo", watch=watch)
    assert [one.basis.split(" ")[2] for one in told[1:]] == ["of", "request"]
    assert [one.usd for one in told[1:]] == [pytest.approx(CASES * USD_PER_REQUEST)] * 2
    assert told[2].describe().startswith("About 0.066 USD for 6 requests (the median request of run ")


async def test_what_judges_cost_is_counted_apart_and_against_the_cap(tmp_path: Path, upstream: Upstream):
    folder = write_evaluated(tmp_path, upstream, cases=CASES, judge=True)
    async with evaluated(folder) as project:
        run = await project.evals.run("echo")
        assert run.cost_usd == pytest.approx(CASES * USD_PER_REQUEST)
        assert run.scoring_usd == pytest.approx(CASES * USD_PER_REQUEST)
        with pytest.raises(BudgetExhausted, match=r"About 0\.132 USD for 6 requests"):
            await project.evals.run("echo", EvalAsked(max_cost_usd=0.1))


async def test_an_unknown_price_is_said_and_refuses_a_cap(tmp_path: Path, upstream: Upstream):
    told: list[CostEstimate] = []
    async with evaluated(write_evaluated(tmp_path, upstream, cases=CASES, prices="")) as project:
        with pytest.raises(PriceUnknown, match="the price of 'up/test-model' is not known"):
            await project.evals.run("echo", EvalAsked(max_cost_usd=5.0))
        run = await project.evals.run("echo", watch=EvalWatch(estimate=told.append))
    assert told[0].describe().startswith("What 6 requests will cost is not known: the price of 'up/test-model'")
    assert (run.cost_usd, run.is_complete) == (None, True)


async def test_a_run_goes_on_only_with_what_it_began_with(tmp_path: Path, upstream: Upstream):
    folder = write_evaluated(tmp_path, upstream, cases=CASES)
    async with evaluated(folder) as project:
        with pytest.raises(NotFound, match="No run of 'echo' was interrupted"):
            await project.evals.run("echo", AGAIN)
        whole = await project.evals.run("echo")
        with pytest.raises(InvalidRequest, match="is complete; there is nothing to go on with"):
            await project.evals.run("echo", EvalAsked(resume=whole.id))
        await project._parts.evaluations.save(_cut(whole))
        with pytest.raises(InvalidRequest, match="its repeats was 1 and is 3 now"):
            await project.evals.run("echo", EvalAsked(resume=NEWEST, repeats=3))
        write_cases(folder, CASES + 1)
        with pytest.raises(InvalidRequest, match="the dataset was at version"):
            await project.evals.run("echo", AGAIN)
    write_cases(folder, CASES)
    (folder / "prompts" / "echo.md").write_text("Now say: {{ input.text }}\n", encoding="utf-8")
    async with evaluated(folder) as project:
        with pytest.raises(InvalidRequest, match=r"the configuration changed \(prompt\)"):
            await project.evals.run("echo", AGAIN)
    write_evaluated(tmp_path, upstream, cases=CASES, judge=True)
    async with evaluated(folder) as project:
        with pytest.raises(InvalidRequest, match="the scorer 'kind' was not asked before"):
            await project.evals.run("echo", AGAIN)
