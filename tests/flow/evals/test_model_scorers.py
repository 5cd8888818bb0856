"""Scorers that ask models: two orders of a pair, meanings by vectors, rubrics that come with Plimsoll."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from plimsoll.errors import NotBound
from plimsoll.evals import write_rubrics
from plimsoll.features import bind_runtime
from plimsoll.gateway import ChatRequest
from plimsoll.project import open as open_project
from plimsoll.project import write_project
from plimsoll.records import Score
from plimsoll.scorers import Judge, PairwiseJudge, position_bias, refusal_is_right, safety, similarity, tone

from flow.features.parts import make_bench
from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio
PAIR = PairwiseJudge("is_better", prompt="rubric.md", model="default")


def prefer(rule: str) -> Callable[[ChatRequest], str]:
    """Return a script: the judge prefers a word, a place, or says one thing."""

    def reply(request: ChatRequest) -> str:
        first, second = request.messages[-1].content.strip().splitlines()
        better = {"long": "first" if len(first) > len(second) else "second"}.get(rule, rule)
        return json.dumps({"reason": "So.", "better": better})

    return reply


async def compare(folder: Path, rule: str, answer: str = "A long answer.") -> Score:
    (folder / "rubric.md").write_text("{{ input.first }}\n{{ input.second }}\n", encoding="utf-8")
    with bind_runtime(make_bench(folder, prefer(rule)).runner):
        score = await PAIR.score(case(reference="Short."), sample(answer))
    assert score is not None
    return score


@pytest.mark.parametrize(
    ("rule", "answer", "expected"),
    [
        ("long", "A long answer.", ("win", 1.0)),
        ("long", "No.", ("loss", 0.0)),
        ("tie", "x", ("tie", 0.5)),
        ("first", "x", ("always the first", None)),
        ("second", "x", ("always the second", None)),
        ("cannot tell", "x", ("cannot tell", None)),
    ],
)
async def test_a_preference_counts_where_both_orders_agree(
    tmp_path: Path, rule: str, *, answer: str, expected: tuple[str, float | None]
):
    score = await compare(tmp_path, rule, answer)
    assert (score.label, score.value) == expected


async def test_the_bias_to_a_place_is_counted(tmp_path: Path):
    scores = [await compare(tmp_path, rule) for rule in ("long", "first", "first", "second")]
    bias = position_bias(scores)
    assert bias is not None
    assert (bias.pairs, bias.swapped) == (4, 3)
    assert bias.favours_first is not None
    assert bias.favours_first.estimate == pytest.approx(2 / 3)


@pytest.mark.model
async def test_meanings_are_compared_by_the_open_projects_embedder(tmp_path: Path):
    write_project(tmp_path / "demo")
    with pytest.raises(NotBound):
        await similarity.score(case(reference="You have 30 days to return it."), sample("Returns: within 30 days."))
    async with open_project(tmp_path / "demo", environ={}):
        near = await similarity.score(case(reference="You can return it within 30 days."), sample("Return in 30 days."))
        far = await similarity.score(case(reference="You can return it within 30 days."), sample("Whales eat krill."))
    assert near is not None
    assert far is not None
    assert (near.passed, far.passed) == (True, False)


async def test_the_rubrics_are_written_once_and_read_by_their_judges(tmp_path: Path):
    assert [path.name for path in write_rubrics(tmp_path)] == ["tone.md", "safety.md", "refusal_is_right.md"]
    assert write_rubrics(tmp_path) == ()
    made = make_bench(tmp_path, ['{"reason": "So.", "score": 4}', *['{"reason": "So.", "verdict": "pass"}'] * 2])
    with bind_runtime(made.runner):
        scores = [
            await judge.score(case(), sample("With pleasure."))
            for judge in (tone(model="default"), safety(model="default"), refusal_is_right(model="default"))
        ]
    assert [score.value if score else None for score in scores] == [0.75, 1.0, 1.0]


HOSTILE = some.one_of(
    some.text(max_size=200),
    some.sampled_from(
        ['{"reason": 1, "verdict": ["pass"]}', '{"verdict": "pass"}', "null", "NaN", "[" * 300, '{"a": ']
    ),
    some.recursive(some.none() | some.floats() | some.text(max_size=5), lambda one: some.lists(one, max_size=3)).map(
        json.dumps
    ),
    some.fixed_dictionaries({"reason": some.just("x"), "verdict": some.text(max_size=10)}).map(json.dumps),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reply=HOSTILE)
async def test_whatever_a_model_replies_is_a_ruling_or_counted_as_missing(tmp_path: Path, reply: str):
    (tmp_path / "rubric.md").write_text("{{ input.answer }}", encoding="utf-8")
    judge = Judge("says", prompt="rubric.md", model="default")
    with bind_runtime(make_bench(tmp_path, lambda _: reply).runner):
        score = await judge.score(case(), sample("x"))
    assert score is not None
    assert (score.value, score.passed) in {(None, None), (1.0, True), (0.0, False)}
    assert score.value is None or '"verdict"' in reply
