"""The seam `Scorer`: every implementation has a name, judges alike each time, and survives any sample."""

import pytest

from plimsoll.evals.scorers import BUILT_IN
from plimsoll.line import Sample, Scorer, pass_rate
from plimsoll.records import Case, Citation, Outcome, Passage, Score
from plimsoll.scorers import scorer

pytestmark = pytest.mark.anyio


@scorer
def is_short(case: Case, sample: Sample) -> bool:
    return len(str(sample.output)) < 100


@scorer
async def is_long(case: Case, sample: Sample) -> float:
    return min(1.0, len(str(sample.output)) / 100)


SCORERS: list[Scorer] = [*BUILT_IN, is_short, is_long]
ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "\ud800",
    "٣ أيام",
    "3. 3. 3.",
    "\u2019" * 3,
    "-" * 5_000,
    "Ünïcödé 12,5 %",
    "2024-99-99 1.2.3.4",
]
EXPECTED: list[dict[str, object]] = [
    {},
    {"contains": "3", "exact": "3", "abstain": False},
    {"contains": ["", 7, None], "exact": {"answer": None}, "abstain": "yes"},
    {"contains": {"a": 1}, "exact": ["x"], "abstain": None},
]


def odd_samples() -> list[Sample]:
    outputs: list[dict[str, object] | None] = [
        None,
        {},
        {"answer": None},
        {"answer": 3},
        {"list": [[{"x": "y"}], None]},
    ]
    outputs.extend(dict[str, object](answer=text) for text in ODD_TEXTS)
    passages = [Passage(chunk_id="c", document_id="d", source="s", title="t", text=text) for text in ODD_TEXTS]
    citations = [
        Citation(chunk_id=chunk, document_id="d", source="s", title="t", start=0, end=1, quote=text)
        for text in ODD_TEXTS
        for chunk in ("c", "strange")
    ]
    return [
        Sample(input={}, output=output, outcome=outcome, citations=tuple(cited), passages=tuple(passages))
        for output in outputs
        for outcome in (Outcome.ANSWERED, Outcome.ABSTAINED, Outcome.FAILED)
        for cited in ([], citations[:1], citations)
    ]


@pytest.mark.parametrize("one", SCORERS, ids=lambda one: one.name)
async def test_a_scorer_never_raises_and_says_the_same_twice(one: Scorer):
    for sample in odd_samples():
        for expected in EXPECTED:
            case = Case(id="c", input={}, expected=expected)
            first, second = await one.score(case, sample), await one.score(case, sample)
            assert first == second
            assert first is None or is_sound(first, one.name)


def is_sound(score: Score, name: str) -> bool:
    if score.value is None:
        return (score.name, score.passed) == (name, None) and bool(score.reason)
    return score.name == name and 0 <= score.value <= 1 and score.passed is not None


@pytest.mark.parametrize("one", SCORERS, ids=lambda one: one.name)
def test_a_scorer_can_stand_in_a_bar_and_changes_nothing_when_asked_for_twice(one: Scorer):
    assert pass_rate(one, at_least=0.5) == pass_rate(one, at_least=0.5)
    assert pass_rate(one, at_least=0.5).name == f"pass_rate({one.name})"
