"""A mix of legs fitted on labels: it is proposed on one half and confirmed, or not, on the other."""

import numpy as np
import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.retrieval.mix import LabelledLegs, LegMix, fit_mix


def questions(count: int, *, right_leg: int | None, seed: int = 1) -> list[LabelledLegs]:
    """Questions of 30 candidates whose right one only `right_leg` tells from the others."""
    rng = np.random.default_rng(seed)
    made: list[LabelledLegs] = []
    for number in range(count):
        legs = rng.random((30, 3))
        is_gold = np.arange(30) == rng.integers(0, 30)
        if right_leg is not None:
            legs[is_gold, right_leg] = 1.0
        made.append(LabelledLegs(id=f"q{number}", legs=legs, is_gold=is_gold, gold_count=1))
    return made


def test_the_leg_that_finds_the_answers_gets_the_weight_and_the_other_half_confirms_it() -> None:
    fit = fit_mix(questions(200, right_leg=1))
    assert fit.mix == LegMix(words=0.0, chunk=1.0, sentence=0.0)
    assert fit.is_better()
    assert 0 < fit.low <= fit.gain <= fit.high
    assert fit.fitted_on + fit.checked_on == 200


def test_legs_that_know_nothing_replace_no_mix() -> None:
    replaced = [fit_mix(questions(120, right_leg=None, seed=seed)).is_better() for seed in range(8)]
    assert sum(replaced) <= 2


def test_the_mix_in_use_stays_where_no_other_is_better() -> None:
    best = LegMix(words=1.0, chunk=0.0, sentence=0.0)
    fit = fit_mix(questions(80, right_leg=0), in_use=best)
    assert (fit.mix, fit.gain, fit.is_better()) == (best, 0.0, False)


def test_a_question_none_of_whose_chunks_was_proposed_counts_as_missed() -> None:
    missed = [
        LabelledLegs(id=f"m{number}", legs=np.ones((3, 3)), is_gold=np.zeros(3, np.bool_), gold_count=1)
        for number in range(100)
    ]
    empty = [
        LabelledLegs(id=f"e{number}", legs=np.zeros((0, 3)), is_gold=np.zeros(0, np.bool_), gold_count=2)
        for number in range(100)
    ]
    assert fit_mix([*missed, *empty]).ndcg_in_use == 0.0


def test_too_few_questions_decide_nothing() -> None:
    with pytest.raises(InvalidRequest, match="decide nothing"):
        fit_mix(questions(30, right_leg=0))


@pytest.mark.parametrize("weights", [(0.5, 0.5, 0.5), (-0.1, 0.6, 0.5), (float("nan"), 0.5, 0.5)])
def test_what_is_no_convex_mix_is_refused(weights: tuple[float, float, float]) -> None:
    words, chunk, sentence = weights
    with pytest.raises(InvalidRequest, match="is no mix"):
        LegMix(words=words, chunk=chunk, sentence=sentence)
