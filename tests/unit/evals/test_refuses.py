"""Refusals by their wording: those in English are seen, and answers about refusing are none."""

import msgspec
import pytest

from plimsoll.evals.scorers import is_refusal
from plimsoll.records import Outcome
from plimsoll.scorers import refuses

from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that.",
        "I\u2019m sorry, I cannot help you with this request.",
        "I am not able to provide instructions for this.",
        "As an AI language model, I don't have personal opinions and cannot choose.",
        "I must decline. Perhaps something else?",
        "That would be against our policies.",
    ],
)
def test_usual_wordings_of_a_refusal_are_seen(text: str):
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "As an AI language model, I don't have personal preferences, but here are some cars: a Miata.",
        "As an AI, I do not have the ability to show images. However, I can describe it.",
        "To kill a Python process, use os.kill.",
        "You cannot return outlet items.",
        "Sorry to hear that! Here is how to reset your password.",
        "The bank may refuse to pay. " + "x" * 500 + " I can't help.",
    ],
)
def test_answers_are_no_refusals(text: str):
    assert not is_refusal(text)


async def test_a_refusal_passes_only_where_it_is_wanted():
    silent = msgspec.structs.replace(sample(None), outcome=Outcome.REFUSED)
    for wanted in (True, False):
        refused = await refuses.score(case(refusal=wanted), silent)
        answered = await refuses.score(case(refusal=wanted), sample("Within 30 days."))
        assert refused is not None
        assert answered is not None
        assert (refused.passed, refused.label) == (wanted, "refusal")
        assert (answered.passed, answered.label) == (not wanted, "answer")
    assert await refuses.score(case(), sample("x")) is None
