"""A mix of legs fitted on labels: it is proposed where questions that it was not chosen on confirm it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import DEFAULT_MIX, LabelledLegs, LegMix, fit_mix


def rank_of(gold: int) -> Callable[[Sequence[int]], float]:
    return lambda order: 1.0 / (1 + list(order).index(gold))


def questions(count: int, *, right_leg: int | None, seed: int = 1, documents: int = 1_000) -> list[LabelledLegs]:
    """Questions of 30 candidates whose right one only `right_leg` tells from the others."""
    rng = np.random.default_rng(seed)
    made: list[LabelledLegs] = []
    for number in range(count):
        legs, gold = rng.random((30, 3)), int(rng.integers(0, 30))
        if right_leg is not None:
            legs[gold, right_leg] = 1.0
        cluster = f"d{number % documents}"
        made.append(LabelledLegs(id=f"q{number}", cluster=cluster, legs=legs, measure=rank_of(gold)))
    return made


def test_the_leg_that_finds_the_answers_gets_the_weight_and_questions_held_out_confirm_it() -> None:
    fit = fit_mix(questions(200, right_leg=1))
    assert fit.mix == LegMix(words=0.0, chunk=1.0, sentence=0.0)
    assert (fit.questions, fit.keeps_documents_whole, fit.is_better) == (200, True, True)
    assert 0 < fit.gain.low <= fit.gain.estimate <= fit.gain.high


def test_legs_that_know_nothing_replace_no_mix() -> None:
    replaced = [fit_mix(questions(60, right_leg=None, seed=seed)).is_better for seed in range(8)]
    assert sum(replaced) <= 1


def test_the_mix_in_use_stays_where_no_other_is_better() -> None:
    best = LegMix(words=1.0, chunk=0.0, sentence=0.0)
    fit = fit_mix(questions(80, right_leg=0), in_use=best)
    assert (fit.mix, fit.gain.estimate, fit.is_better) == (best, 0.0, False)


def test_below_ten_documents_questions_stand_alone_and_the_fit_says_so() -> None:
    assert not fit_mix(questions(60, right_leg=1, documents=9)).keeps_documents_whole
    assert fit_mix(questions(60, right_leg=1, documents=10)).keeps_documents_whole


def test_a_question_without_candidates_counts_as_missed() -> None:
    empty = [
        LabelledLegs(id=f"e{number}", cluster="d", legs=np.zeros((0, 3)), measure=lambda _: 0.0) for number in range(40)
    ]
    fit = fit_mix(empty)
    assert (fit.before, fit.mix, fit.is_better) == (0.0, DEFAULT_MIX, False)


def test_too_few_questions_decide_nothing() -> None:
    with pytest.raises(InvalidRequest, match="decide nothing"):
        fit_mix(questions(39, right_leg=0))


@pytest.mark.parametrize("weights", [(0.5, 0.5, 0.5), (-0.1, 0.6, 0.5), (float("nan"), 0.5, 0.5)])
def test_what_is_no_convex_mix_is_refused(weights: tuple[float, float, float]) -> None:
    words, chunk, sentence = weights
    with pytest.raises(InvalidRequest, match="is no mix"):
        LegMix(words=words, chunk=chunk, sentence=sentence)
