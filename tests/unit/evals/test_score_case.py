"""Asking scorers: a scorer that breaks is missing data with a reason, and stops nothing."""

import asyncio

import pytest

from plimsoll.evals.score_case import score_case
from plimsoll.line import Sample
from plimsoll.records import Case, Score
from plimsoll.scorers import contains_expected, exact, scorer

from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio


@scorer
def broken(case: Case, sample: Sample) -> bool:
    raise ValueError("no \x00 luck \ud800" + "!" * 1_000)


@scorer
async def endless(case: Case, sample: Sample) -> bool:
    await asyncio.Event().wait()
    return True


class Infinite:
    name = "infinite"

    async def score(self, case: Case, sample: Sample) -> Score | None:
        return Score(name="other", value=float("inf"), passed=True)


async def test_what_breaks_hangs_or_lies_could_not_tell_and_the_others_are_asked():
    about = [broken, endless, Infinite(), exact, contains_expected]
    said = await score_case(case(exact="Yes"), sample("Yes."), about, timeout_seconds=0.05)
    assert list(said.scores) == ["broken", "endless", "infinite", "exact"]
    assert [score.passed for score in said.scores.values()] == [None, None, None, True]
    assert said.inapplicable == {"contains_expected"}
    assert said.scores["endless"].reason == "It did not answer within 0.05 s."
    assert said.scores["infinite"].reason == "It returned the value inf."


async def test_a_reason_is_cut_to_what_every_database_takes():
    said = await score_case(case(), sample("Yes."), [broken])
    reason = said.scores["broken"].reason
    assert reason.startswith("It raised ValueError: no \ufffd luck ?!")
    assert len(reason) == 500
