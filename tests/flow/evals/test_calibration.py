"""A judge is held against people: how often they agree, where they differ, and when it tells nothing."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from plimsoll.datasets import load_dataset
from plimsoll.errors import InvalidDataset, InvalidRequest
from plimsoll.evals import (
    Calibration,
    calibrate_judge,
    describe_score,
    render_calibration,
)
from plimsoll.features import bind_runtime
from plimsoll.gateway import ChatRequest
from plimsoll.project import open as plimsoll_open
from plimsoll.project import write_project
from plimsoll.records import SystemClock
from plimsoll.scorers import Judge
from plimsoll.testing import Upstream

from flow.cli.commands import plimsoll
from flow.features.parts import make_bench

pytestmark = pytest.mark.anyio
JUDGE = Judge("is_polite", prompt="rubric.md", model="default")
CLOCK = SystemClock()
JUDGED_FEATURE = """
from plimsoll import Feature, Line, pass_rate
from plimsoll.features import Answer, Question
from plimsoll.scorers import Judge

is_polite = Judge("is_polite", prompt="prompts/polite.md", model="default")
docs_answer = Feature("docs_answer", input=Question, output=Answer, prompt="prompts/answer.md",
                      dataset="docs_answer", line=Line(pass_rate(is_polite, at_least=0.5)))
"""


def write_labels(folder: Path, answers: Sequence[tuple[str, bool]]) -> Path:
    path = folder / "labelled.jsonl"
    cases = (
        {"id": f"c{n}", "input": {}, "expected": {"output": {"answer": text}, "verdicts": {"is_polite": label}}}
        for n, (text, label) in enumerate(answers)
    )
    path.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    return path


def judged_project(folder: Path) -> Path:
    """Write a project with one judge and twelve labelled answers."""
    demo = folder / "demo"
    write_project(demo)
    (demo / "features" / "docs_answer.py").write_text(JUDGED_FEATURE, encoding="utf-8")
    (demo / "prompts" / "polite.md").write_text("Is this polite? {{ input.answer }}", encoding="utf-8")
    write_labels(demo / "datasets", [("Gladly.", True)] * 11 + [("No.", False)])
    return demo


def rule(request: ChatRequest) -> str:
    """Rule as the rubric's last word says; nonsense where it says `hm`."""
    word = request.messages[-1].content.split()[-1]
    return "I would rather not say." if word == "hm" else json.dumps({"reason": f"It says {word}.", "verdict": word})


async def calibrated(folder: Path, answers: Sequence[tuple[str, bool]]) -> Calibration:
    (folder / "rubric.md").write_text("{{ input.answer }}", encoding="utf-8")
    with bind_runtime(make_bench(folder, rule).runner):
        return await calibrate_judge(JUDGE, load_dataset(write_labels(folder, answers)), clock=CLOCK)


async def test_rulings_are_counted_against_labels_and_the_cases_named_on_which_they_differ(tmp_path: Path):
    answers = [("pass", True)] * 18 + [("fail", True)] * 2 + [("fail", False)] * 19 + [("pass", False)] + [("hm", True)]
    found = await calibrated(tmp_path, answers)
    assert (found.counts.true_pass, found.counts.false_fail) == (18, 2)
    assert (found.counts.true_fail, found.counts.false_pass, found.missing) == (19, 1, 1)
    assert found.sensitivity is not None
    assert found.sensitivity.estimate == 0.9
    assert found.tells_apart
    assert [one.case_id for one in found.disagreements] == ["c18", "c19", "c39"]
    assert found.disagreements[0].reason == "It says fail."


async def test_a_judge_that_passes_everything_is_said_to_tell_nothing(tmp_path: Path):
    found = await calibrated(tmp_path, [("pass", True)] * 10 + [("pass", False)] * 10)
    shown = io.StringIO()
    Console(width=100, file=shown).print(render_calibration(found))
    assert not found.tells_apart
    assert "its pass rates say nothing yet" in shown.getvalue()


async def test_too_few_labels_are_refused_with_a_line_to_write(tmp_path: Path):
    with pytest.raises(InvalidDataset, match="holds 3 labels for the judge 'is_polite'") as refused:
        await calibrated(tmp_path, [("pass", True)] * 3)
    assert '"verdicts": {"is_polite": true}' in refused.value.next_step


def test_labels_that_are_no_verdicts_are_found_when_the_file_is_read(tmp_path: Path):
    path = tmp_path / "labelled.jsonl"
    path.write_text('{"input": {}, "expected": {"verdicts": {"is_polite": "yes"}}}', encoding="utf-8")
    with pytest.raises(InvalidDataset, match="allowed is an object of true and false by judge"):
        load_dataset(path)


async def test_a_kept_calibration_stands_beside_the_judges_scores_until_its_rubric_changes(tmp_path: Path):
    demo = judged_project(tmp_path)
    with Upstream(answer='{"reason": "So.", "verdict": "pass"}') as upstream:
        async with plimsoll_open(demo, environ={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": upstream.base_url}) as opened:
            with pytest.raises(InvalidRequest, match="'is_polite' was never calibrated"):
                await opened.evals.judges.calibrate("is_polite")
            await opened.evals.judges.calibrate("is_polite", "labelled")
            again = await opened.evals.judges.calibrate("is_polite")
            assert again.drift is not None
            assert (again.drift.flipped, again.drift.anchors) == ((), 12)
            (standing,) = await opened.evals.judges.list()
            assert standing.history[0] == standing.current
            run = await opened.evals.run("docs_answer")
            (score, *_) = (await opened.traces.get(run.results[0].trace_id or "")).scores
            assert describe_score(score, await opened.evals.calibrations()).startswith("is_polite 1.00, passed (calibr")
            (demo / "prompts" / "polite.md").write_text("Really polite? {{ input.answer }}", encoding="utf-8")
            await opened.reload()
            (changed,) = await opened.evals.judges.list()
            assert (changed.current, changed.state.split()[0]) == (None, "uncalibrated")


def test_the_command_asks_the_judge_over_http_and_prints_how_it_agrees(tmp_path: Path):
    demo = judged_project(tmp_path)
    with Upstream(answer='{"reason": "So.", "verdict": "pass"}') as upstream:
        done = plimsoll(demo, "evals", "calibrate", "is_polite", "labelled", OPENAI_BASE_URL=upstream.base_url)
        shown = plimsoll(
            demo, "evals", "calibrate", "is_polite", "labelled", "--json", OPENAI_BASE_URL=upstream.base_url
        )
    assert (done.code, done.err) == (0, "")
    assert "They differ on c11." in done.out
    found = json.loads(shown.out)
    assert found["drift"]["flipped"] == []
    assert found["calibration"]["counts"] == {"true_pass": 11, "false_pass": 1, "true_fail": 0, "false_fail": 0}


def test_a_judge_that_no_line_names_is_a_mistake_of_the_caller(tmp_path: Path):
    write_project(tmp_path / "demo")
    done = plimsoll(tmp_path / "demo", "evals", "calibrate", "is_polite", "labelled")
    assert (done.code, "no judge" in done.err) == (2, True)
