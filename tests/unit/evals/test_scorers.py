"""The built-in scorers: what passes, what does not, what does not apply."""

import math
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
import pytest

from plimsoll import scorers
from plimsoll.errors import InvalidFeature
from plimsoll.evals.scorers import BUILT_IN
from plimsoll.line import Sample, Scorer
from plimsoll.records import Case, Outcome, Score
from plimsoll.scorers import (
    abstains_when_expected,
    cites_a_source,
    cites_expected,
    contains_expected,
    exact,
    scorer,
)

from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio
SILENT, REFUSED, FAILED = Outcome.ABSTAINED, Outcome.REFUSED, Outcome.FAILED
QUOTE = "within 30 days of delivery"


async def verdict(scorer: Scorer, expected: dict[str, object], about: Sample) -> bool | str | None:
    score = await scorer.score(case(**expected), about)
    return "n/a" if score is None else score.passed


@pytest.mark.parametrize(
    ("scorer", "expected", "about", "verdict_"),
    [
        (contains_expected, {"contains": ["30 days"]}, sample("Within 30 Days."), True),
        (contains_expected, {"contains": "15 days"}, sample("Within 5 days."), False),
        (contains_expected, {"contains": "5 days"}, sample("Within 15 days."), False),
        (contains_expected, {"contains": ["1,000 euros", "x"]}, sample("It costs 1000 euros!"), True),
        (contains_expected, {"contains": "三十天"}, sample("可在三十天内退货。"), True),
        (contains_expected, {"contains": "%"}, sample("Ten %"), True),
        (contains_expected, {}, sample("Within 30 days."), "n/a"),
        (contains_expected, {"contains": "30 days"}, sample(None), "n/a"),
        (cites_expected, {"contains": "30 days"}, sample("Soon.", "Outlet", QUOTE), True),
        (cites_expected, {"contains": "30 days"}, sample("Within 30 days.", "Outlet items"), False),
        (cites_expected, {"contains": "30 days"}, sample("Within 30 days."), False),
        (cites_expected, {}, sample("Within 30 days.", QUOTE), "n/a"),
        (cites_a_source, {}, sample("Within 30 days.", QUOTE), True),
        (cites_a_source, {}, sample("Within 30 days."), False),
        (cites_a_source, {}, sample(None), "n/a"),
        (exact, {"exact": "the 30 days"}, sample("30 days."), True),
        (exact, {"exact": "30 days"}, sample("30 days, or 60."), False),
        (exact, {"exact": {"answer": "x"}}, sample("x"), True),
        (exact, {"exact": {"answer": "x", "n": 1}}, sample("x"), False),
        (exact, {}, sample("x"), "n/a"),
        (abstains_when_expected, {"abstain": True}, sample(None), True),
        (abstains_when_expected, {"abstain": True}, sample("Yes."), False),
        (abstains_when_expected, {"abstain": False}, sample(None), False),
        (abstains_when_expected, {"abstain": False}, sample("Yes."), True),
        (abstains_when_expected, {"abstain": True}, sample(None, outcome=FAILED), "n/a"),
        (abstains_when_expected, {"abstain": True}, sample(None, outcome=REFUSED), "n/a"),
        (abstains_when_expected, {}, sample(None), "n/a"),
    ],
)
async def test_a_scorer_judges_by_its_rule(
    scorer: Scorer, expected: dict[str, object], about: Sample, *, verdict_: object
):
    assert await verdict(scorer, expected, about) == verdict_


async def test_a_citation_of_what_was_not_retrieved_fails():
    strange = sample("Within 30 days.", QUOTE)
    score = await cites_a_source.score(case(), msgspec.structs.replace(strange, passages=()))
    assert score is not None
    assert (score.passed, score.reason) == (False, "It cites 'returns.md', which was not retrieved.")


async def test_outputs_without_an_answer_field_are_read_as_all_their_texts():
    about = Sample(input={}, output={"name": "Ada", "facts": [{"born": "in London"}]}, outcome=Outcome.ANSWERED)
    assert await verdict(contains_expected, {"contains": "London"}, about) is True


def short(case: Case, sample: Sample) -> bool:
    return len(str(sample.output)) < 40


async def long(case: Case, sample: Sample) -> float:
    return len(str(sample.output["answer"])) / 1_000 if sample.output else 0.0


def lie(case: Case, sample: Sample) -> float:
    return cast("float", "yes")


def nothing(case: Case, sample: Sample) -> float:
    return math.nan


def whole(case: Case, sample: Sample) -> Score:
    return Score(name="another", value=0.7, reason="so")


@pytest.mark.parametrize(
    ("function", "value", "passed"),
    [
        (short, 1.0, True),
        (long, 0.007, False),
        (whole, 0.7, True),
        (lie, None, None),
        (nothing, None, None),
    ],
)
async def test_any_function_becomes_a_scorer(
    function: Callable[[Case, Sample], bool | float | Score | Awaitable[float]],
    value: float | None,
    *,
    passed: bool | None,
):
    score = await scorer(name="mine")(function).score(case(), sample("30 days"))
    assert score is not None
    assert (score.name, score.passed) == ("mine", passed)
    assert score.value == pytest.approx(value) if value is not None else score.value is None


async def test_a_function_is_asked_about_answers_only_unless_it_judges_abstentions():
    @scorer
    def silent(case: Case, sample: Sample) -> bool:
        return sample.output is None

    @scorer(judges_abstentions=True, threshold=1.0)
    def silent_too(case: Case, sample: Sample) -> bool:
        return sample.output is None

    assert (silent.name, silent_too.name) == ("silent", "silent_too")
    assert await silent.score(case(), sample(None)) is None
    score = await silent_too.score(case(), sample(None))
    assert score is not None
    assert score.passed is True


def test_a_scorer_without_a_name_is_refused():
    with pytest.raises(InvalidFeature, match="needs a named function"):
        scorer(lambda _case, _sample: True)


def test_the_public_door_holds_every_built_in_scorer():
    assert {one.name for one in BUILT_IN} <= set(scorers.__all__)
    assert all(getattr(scorers, name).__doc__ for name in scorers.__all__)
