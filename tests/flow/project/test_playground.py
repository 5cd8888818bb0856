"""Another prompt, model or parameter is tried beside the feature as it is, and becomes a candidate without any code."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from plimsoll.errors import BudgetExhausted, InvalidFeature, InvalidRequest, NotFound, Overloaded, PriceUnknown
from plimsoll.project import EvalAsked, Project, Trial, TrialAsked
from plimsoll.records import Principal
from plimsoll.testing import SeenRequest, Upstream
from plimsoll.traces import TraceFilter, TrafficKind

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio
ME = Principal.local()
NEW = "Say only numbers: {{ input.text }}\n"


def repeat(seen: SeenRequest) -> str:
    """Answer with what was asked, and with the parameters of the call."""
    asked = seen.body["messages"][-1]["content"]  # type: ignore[index,call-overload]
    return json.dumps({"answer": f"{asked} at {seen.body.get('temperature')} by {seen.model}", "quotes": []})


async def try_out(project: Project, asked: TrialAsked, *, cap: float | None = 1.0) -> Trial:
    """Prepare a trial, begin it and wait for its end."""
    ready = await project.playground.prepare(asked, caller=ME)
    await project.playground.begin(ready.id, caller=ME, max_cost_usd=cap)
    return await project.playground.wait(ready.id, caller=ME)


def code_of(folder: Path) -> str:
    files = [*sorted((folder / "features").glob("*.py")), folder / "plimsoll.toml"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


async def test_one_input_is_tried_side_by_side(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            asked = TrialAsked(feature="echo", prompt=NEW, model="up/other", temperature=0.5, text="number 7.")
            with pytest.raises(PriceUnknown):
                await try_out(project, asked)
            trial = await try_out(project, asked, cap=None)
            assert (trial.state, trial.estimate.requests, trial.done) == ("done", 2, 2)
            (pair,) = trial.pairs
            assert "Say: number 7. at None by test-model" in pair.present.output
            assert pair.candidate is not None
            assert "Say only numbers: number 7. at 0.5 by other" in pair.candidate.output
            assert trial.cost_usd == pytest.approx(0.011)
            live = await project.traces.list(TraceFilter(traffic=TrafficKind.LIVE))
            assert live == []


async def test_cases_of_a_dataset_are_scored_on_both_sides(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            cases = [
                f'{{"id": "c{n}", "input": {{"text": "{n}"}}, "expected": {{"contains": "only"}}}}' for n in range(9)
            ]
            (tmp_path / "datasets" / "echo.jsonl").write_text("\n".join(cases), encoding="utf-8")
            trial = await try_out(project, TrialAsked(feature="echo", prompt=NEW, dataset="echo", cases=4))
    assert trial.passes() == {"contains_expected": (0, 4, 4)}
    assert [pair.case_id for pair in trial.pairs] == ["c0", "c1", "c2", "c3"]


async def test_pain_21_a_prompt_is_compared_without_a_change_of_code(tmp_path: Path):
    with Upstream(repeat) as upstream:
        folder = write_evaluated(tmp_path, upstream)
        before = code_of(folder)
        async with evaluated(folder) as project:
            trial = await try_out(project, TrialAsked(feature="echo", prompt=NEW, text="number 7."))
            saved = await project.playground.save(trial.id, caller=ME)
            assert saved.saved_as.startswith("prompts/echo.candidate-")
            present = await project.evals.run("echo")
            candidate = await project.evals.run("echo", EvalAsked(prompt=saved.saved_as))
            assert candidate.experiment.variant == f"prompt={saved.saved_as}"
            assert candidate.config_hash != present.config_hash
            result = await project.ask("number 1.", feature="echo")
            assert "Say: number 1." in str(result.value)
        assert code_of(folder) == before


async def test_the_cost_is_said_before_anybody_is_asked_and_capped(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            asked = TrialAsked(feature="echo", prompt=NEW, dataset="echo", cases=5)
            ready = await project.playground.prepare(asked, caller=ME)
            assert (ready.state, len(upstream.requests)) == ("ready", 0)
            assert "10 requests" in ready.estimate.describe()
            assert ready.estimate.usd is not None
            with pytest.raises(BudgetExhausted):
                await project.playground.begin(ready.id, caller=ME, max_cost_usd=ready.estimate.usd / 2)
            assert len(upstream.requests) == 0


async def test_what_makes_no_sense_is_refused_before_it_costs(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            for asked in (
                TrialAsked(feature="echo"),
                TrialAsked(feature="echo", text="a", dataset="echo"),
                TrialAsked(feature="echo", text='{"colour": 1}'),
                TrialAsked(feature="echo", dataset="echo", cases=21),
                TrialAsked(feature="echo", text="a", prompt="{{ input.colour }}"),
            ):
                with pytest.raises((InvalidRequest, InvalidFeature)):
                    await project.playground.prepare(asked, caller=ME)
            with pytest.raises(NotFound):
                await project.playground.prepare(TrialAsked(feature="ech", text="a"), caller=ME)


async def test_a_trial_is_its_owners_and_can_be_stopped(tmp_path: Path):
    with Upstream(repeat) as upstream:
        upstream.hold()
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            play = project.playground
            asked = TrialAsked(feature="echo", prompt=NEW, dataset="echo", cases=12)
            trials = [await play.prepare(asked, caller=ME) for _ in range(3)]
            with pytest.raises(NotFound):
                await play.find(trials[0].id, caller=Principal(id="key:2"))
            for one in trials[:2]:
                assert (await play.begin(one.id, caller=ME, max_cost_usd=None)).state == "running"
            with pytest.raises(Overloaded):
                await play.begin(trials[2].id, caller=ME, max_cost_usd=None)
            stopped = await play.stop(trials[0].id, caller=ME)
            assert (stopped.state, stopped.reason) == ("stopped", "It was stopped.")


async def test_an_ended_trial_outlives_its_process_and_its_words_stand_in_traces_alone(tmp_path: Path):
    with Upstream(repeat) as upstream:
        folder = write_evaluated(tmp_path, upstream)
        async with evaluated(folder) as project:
            before = await try_out(project, TrialAsked(feature="echo", prompt=NEW, text="zephyrine 7."))
            saved = await project.playground.save(before.id, caller=ME)
        async with evaluated(folder) as project:
            after = await project.playground.find(before.id, caller=ME)
            listed = [one.id for one in await project.playground.list(caller=ME)]
            with pytest.raises(NotFound):
                await project.playground.find(before.id, caller=Principal(id="key:2"))
            assert await project.erase("user:local") > 0
            assert await project.playground.list(caller=ME) == []
    assert (after.state, after.pairs, after.saved_as, listed) == ("done", before.pairs, saved.saved_as, [before.id])
    assert [path for path in folder.rglob("state.db*") if b"zephyrine" in path.read_bytes()] == []


async def test_a_trial_whose_traces_went_says_so(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            trial = await try_out(project, TrialAsked(feature="echo", prompt=NEW, text="number 7."))
            await project.traces.prune(older_than=timedelta(seconds=-60))
            (pair,) = (await project.playground.find(trial.id, caller=ME)).pairs
    assert (pair.input, pair.present.output, pair.present.message) == ("", "", "Its trace is no longer kept.")


async def test_drafts_of_prompts_are_bounded_and_one_that_went_is_written_again(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            drafts = project.folder / ".plimsoll/playground"
            drafts.mkdir(parents=True)
            for number in range(210):
                (drafts / f"echo.{number:08x}.md").write_text("old", encoding="utf-8")
            trial = await project.playground.prepare(TrialAsked(feature="echo", prompt=NEW, text="a"), caller=ME)
            assert len(list(drafts.iterdir())) == 200
            (project.folder / trial.prompt_file).unlink()
            await project.playground.begin(trial.id, caller=ME, max_cost_usd=1.0)
            assert (await project.playground.wait(trial.id, caller=ME)).state == "done"


async def test_a_trace_gives_its_feature_and_input(tmp_path: Path):
    with Upstream(repeat) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            result = await project.ask("number 3.", feature="echo")
            draft = await project.playground.describe_trace(result.trace_id, caller=ME)
            assert (draft.feature, json.loads(draft.text)) == ("echo", {"text": "number 3."})
            assert draft.prompt == "Say: {{ input.text }}\n"
