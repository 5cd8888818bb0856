"""A judge asks a model by a rubric; whatever the model does, a run goes on and missing judgements are counted."""

from pathlib import Path

import msgspec
import pytest

import plimsoll
from plimsoll.errors import InvalidFeature
from plimsoll.features import bind_runtime
from plimsoll.project import write_project
from plimsoll.records import Outcome, Score, ScoreSource
from plimsoll.scorers import Judge

from flow.features.parts import Bench, Reply, make_bench
from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio
RUBRIC = "Does the answer say how long? Expected: {{ input.expected.contains }}\nAnswer: {{ input.answer }}\n"
GOOD = '{"reason": "It names the 30 days.", "verdict": "pass"}'
JUDGED_FEATURE = """
from plimsoll import Feature, Line, pass_rate
from plimsoll.features import Answer, Question
from plimsoll.scorers import Judge

says = Judge("says_how_long", prompt="prompts/gone.md", model="default")
docs_answer = Feature("docs_answer", input=Question, output=Answer, prompt="prompts/answer.md",
                      dataset="docs_answer", line=Line(pass_rate(says, at_least=0.5)))
"""
JUDGE = Judge("says_how_long", prompt="rubric.md", model="default")


def bench(folder: Path, *replies: Reply) -> Bench:
    (folder / "rubric.md").write_text(RUBRIC, encoding="utf-8")
    return make_bench(folder, replies)


async def ask(made: Bench, judge: Judge = JUDGE) -> Score:
    with bind_runtime(made.runner):
        score = await judge.score(case(contains="30 days"), sample("Within 30 days."))
    assert score is not None
    return score


async def test_a_judge_reads_the_rubric_with_case_and_answer_and_its_ruling_is_the_score(tmp_path: Path):
    made = bench(tmp_path, GOOD)
    score = await ask(made)
    assert (score.value, score.passed, score.label, score.source) == (1.0, True, "pass", ScoreSource.MODEL)
    assert (score.by, score.reason) == ("default", "It names the 30 days.")
    (request,) = made.model.requests
    assert "Expected: 30 days\nAnswer: Within 30 days." in request.messages[-1].content


@pytest.mark.parametrize(
    ("reply", "passed"),
    [
        ('{"reason": "No.", "verdict": "fail"}', False),
        ("Sure!\n```json\n{'reason': 'Yes', 'verdict': 'pass',}\n```", True),
        ('{"reason": "No rubric for this.", "verdict": "cannot tell"}', None),
    ],
)
async def test_a_ruling_is_read_whatever_stands_around_it(tmp_path: Path, reply: str, *, passed: bool | None):
    assert (await ask(bench(tmp_path, reply))).passed is passed


async def test_a_judge_that_talks_nonsense_twice_is_missing_and_never_zero(tmp_path: Path):
    made = bench(tmp_path, "I liked it.", '{"reason": "x", "verdict": "great"}')
    score = await ask(made)
    assert (score.value, score.passed) == (None, None)
    assert "could not be used, twice" in score.reason
    assert len(made.model.requests) == 2


@pytest.mark.parametrize(("grade", "value", "passed"), [(1, 0.0, False), (3, 0.5, False), (4, 0.75, True)])
async def test_a_scale_is_spread_over_zero_to_one(tmp_path: Path, grade: int, value: float, *, passed: bool):
    scale = Judge("how_clear", prompt="rubric.md", model="default", levels=5, passes_from=4)
    score = await ask(bench(tmp_path, f'{{"reason": "So.", "score": {grade}}}'), scale)
    assert (score.value, score.passed, score.label) == (value, passed, str(grade))


async def test_a_grade_off_the_scale_is_asked_for_again(tmp_path: Path):
    scale = Judge("how_clear", prompt="rubric.md", model="default", levels=5)
    made = bench(tmp_path, '{"reason": "So.", "score": 9}', '{"reason": "So.", "score": 5}')
    assert (await ask(made, scale)).value == 1.0


async def test_a_request_without_an_answer_is_no_judges_business_unless_it_says_so(tmp_path: Path):
    made = bench(tmp_path, GOOD)
    silent = msgspec.structs.replace(sample(None), outcome=Outcome.ABSTAINED)
    open_judge = Judge("says_how_long", prompt="rubric.md", model="default", judges_abstentions=True)
    with bind_runtime(made.runner):
        assert await JUDGE.score(case(), silent) is None
        assert await open_judge.score(case(contains="x"), silent) is not None


@pytest.mark.parametrize(("levels", "passes_from"), [(1, None), (11, None), (5, 6)])
def test_levels_that_make_no_scale_are_refused(levels: int, passes_from: int | None):
    with pytest.raises(InvalidFeature, match="is not between 2 and"):
        Judge("how_clear", prompt="rubric.md", levels=levels, passes_from=passes_from)


async def test_a_rubric_that_is_missing_is_found_before_a_case_is_asked(tmp_path: Path):
    write_project(tmp_path / "demo")
    (tmp_path / "demo" / "features" / "docs_answer.py").write_text(JUDGED_FEATURE, encoding="utf-8")
    async with plimsoll.open(tmp_path / "demo", environ={}) as project:
        with pytest.raises(InvalidFeature, match=r"There is no prompt 'prompts/gone\.md'"):
            await project.evals.run("docs_answer")
        assert await project.traces.list() == []
