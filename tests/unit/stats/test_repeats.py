"""pass@k and pass^k, counted over every choice of k answers."""

from itertools import combinations

import pytest

from plimsoll.stats import pass_at, pass_every


@pytest.mark.parametrize(("passes", "repeats", "k"), [(0, 4, 2), (1, 4, 2), (3, 5, 2), (3, 5, 4), (4, 4, 4), (2, 3, 1)])
def test_they_are_the_shares_of_all_choices_of_k_answers(passes: int, repeats: int, k: int):
    answers = [True] * passes + [False] * (repeats - passes)
    choices = list(combinations(answers, k))
    assert pass_at(passes, repeats, k) == pytest.approx(sum(map(any, choices)) / len(choices))
    assert pass_every(passes, repeats, k) == pytest.approx(sum(map(all, choices)) / len(choices))


@pytest.mark.parametrize(("passes", "repeats", "k"), [(3, 2, 1), (-1, 2, 1), (1, 2, 3), (1, 2, 0)])
def test_more_answers_than_there_are_is_refused(passes: int, repeats: int, k: int):
    with pytest.raises(ValueError, match="need k within"):
        pass_at(passes, repeats, k)
