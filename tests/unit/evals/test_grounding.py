"""Grounding: claims, numbers, dates, coverage and negation."""

import pytest

from plimsoll.evals.grounding import claims, facts, measure_support
from plimsoll.scorers import Grounded, grounded

from unit.evals.samples import TEXT, case, sample

pytestmark = pytest.mark.anyio
QUOTE = "Items may be returned within 30 days of delivery."


def test_only_sentences_with_a_number_a_name_or_three_words_are_claims():
    answer = "Yes. I think so! It takes 3. Ask in Paris. Outlet items are never refunded."
    assert claims(answer) == ["It takes 3.", "Ask in Paris.", "Outlet items are never refunded."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,000 euros and 4.90", {"1000", "4.9"}),
        ("thirty days, twice", {"30", "2"}),
        ("on 12 March 2024", {"2024-03-12"}),
        ("on March 12th, 2024", {"2024-03-12"}),
        ("2024-03-12", {"2024-03-12"}),
        ("the 3rd of 007", {"3", "7"}),
        ("no number", set[str]()),
    ],
)
def test_numbers_and_dates_are_read_in_one_form(text: str, expected: set[str]):
    assert facts(text) == expected


def test_a_sentence_taken_word_for_word_is_fully_supported():
    assert measure_support(QUOTE, [TEXT]).value == 1.0


def test_a_year_may_be_named_alone_where_the_text_has_the_date():
    assert measure_support("Founded in 1998.", ["Founded on 3 May 1998."]).unfounded == ()


def test_the_opposite_of_a_sentence_is_denied():
    support = measure_support("Outlet items can be refunded.", [TEXT])
    assert (support.is_denied, support.value) == (True, 0.5)


@pytest.mark.parametrize(
    ("answer", "passed", "reason"),
    [
        (QUOTE, True, ""),
        ("Return items within thirty days.", True, ""),
        ("Items may be returned within 31 days of delivery.", False, "In none of the cited passages: 31."),
        ("Bananas and oranges grow on tall trees.", False, "The weakest claim is supported by 0.00 only."),
        (f"{QUOTE} Outlet items can be refunded.", False, "The weakest claim is denied by the sentence nearest to it."),
        ("Yes.", None, "No sentence of the answer carries a claim that words could be checked for."),
    ],
)
async def test_the_weakest_claim_decides(answer: str, *, passed: bool | None, reason: str):
    score = await grounded.score(case(), sample(answer, QUOTE))
    assert score is not None
    assert (score.passed, score.reason) == (passed, reason)


async def test_between_supported_and_unsupported_it_cannot_tell():
    doubtful = Grounded(supported_from=1.0, unsupported_below=0.1)
    score = await doubtful.score(case(), sample("Items may be returned soon, within 30 days.", QUOTE))
    assert score is not None
    assert (score.value, score.passed) == (None, None)
    assert "a judge has to read it" in score.reason


async def test_a_claim_without_a_citation_fails_and_silence_is_not_judged():
    score = await grounded.score(case(), sample(QUOTE))
    assert score is not None
    assert (score.passed, score.reason) == (False, "It claims something and cites nothing.")
    assert await grounded.score(case(), sample(None)) is None


async def test_two_quotations_run_together_are_still_quotations() -> None:
    said = ("Items may be returned within 30 days of delivery", "Outlet items cannot be refunded")
    score = await grounded.score(case(), sample(f"{said[0]} {said[1]}", *said))
    assert score is not None
    assert (score.value, score.passed) == (1.0, True)


async def test_words_of_its_own_beside_a_quotation_are_judged() -> None:
    quote = "Outlet items cannot be refunded."
    score = await grounded.score(case(), sample(f"{quote} Refunds take 99 days at the warehouse.", quote))
    assert score is not None
    assert score.passed is False


async def test_quoting_single_words_proves_nothing() -> None:
    score = await grounded.score(case(), sample("Bananas and oranges grow on tall trees.", "and", "on", "a"))
    assert score is not None
    assert score.passed is False
