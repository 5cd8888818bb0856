"""Weights of answerability fitted on labels: a few questions move them a little, and only what is better is kept."""

import msgspec
import numpy as np
import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import AnswerSignals, LabelledSignals, fit_answerability
from plimsoll.knowledge.retrieval.answerability import WITH_VECTORS


def questions(count: int, *, told_by: str | None, seed: int = 1) -> list[LabelledSignals]:
    """Questions of which every other has an answer; only the signal `told_by` says which."""
    rng = np.random.default_rng(seed)
    made: list[LabelledSignals] = []
    for number in range(count):
        values = dict(zip(AnswerSignals.__struct_fields__, rng.uniform(0.3, 0.7, 7).tolist(), strict=True))
        is_answerable = number % 2 == 0
        if told_by is not None:
            values[told_by] = 0.6 + 0.3 * rng.random() if is_answerable else 0.4 * rng.random()
        signals = AnswerSignals(**values)
        made.append(
            LabelledSignals(id=f"q{number}", cluster=f"q{number}", signals=signals, is_answerable=is_answerable)
        )
    return made


def test_the_signal_that_tells_gets_more_weight_and_questions_held_out_confirm_it() -> None:
    fit = fit_answerability(questions(300, told_by="coverage"))
    assert fit.weights.coverage > WITH_VECTORS.coverage
    assert fit.is_better
    assert fit.after.area.estimate > fit.before.area.estimate
    assert (fit.answerable, fit.unanswerable) == (150, 150)
    assert fit.after.answered == pytest.approx(0.95, abs=0.05)


def test_a_question_answered_before_is_the_usual_case_after_a_fit_on_signals_that_tell_nothing() -> None:
    fit = fit_answerability(questions(80, told_by=None))
    assert fit.after.area.low < 0.5
    assert fit.after.answered >= 0.85


def test_a_few_questions_move_the_weights_less_than_many() -> None:
    few, many = (fit_answerability(questions(count, told_by="coverage")) for count in (40, 400))
    assert abs(few.weights.coverage - WITH_VECTORS.coverage) < abs(many.weights.coverage - WITH_VECTORS.coverage)


def test_what_is_in_use_and_right_stays() -> None:
    asked = questions(200, told_by="coverage")
    first = fit_answerability(asked)
    again = fit_answerability(questions(200, told_by="coverage", seed=2), in_use=first.weights)
    assert again.gain.estimate < first.gain.estimate / 4


def test_too_few_of_one_kind_decide_nothing() -> None:
    answerable = [msgspec.structs.replace(one, is_answerable=True) for one in questions(100, told_by=None)]
    with pytest.raises(InvalidRequest, match="100 questions with an answer and 0 without"):
        fit_answerability(answerable)
