"""Rankings against values worked by hand."""

import math

import numpy as np
import pytest

from plimsoll.stats import ndcg_at, recall_at, reciprocal_rank, roc_area


def test_recall_counts_what_stands_among_the_first_k():
    assert recall_at([1, 6, None, 5], 5) == 0.5
    assert recall_at([6], 5) == 0.0


def test_the_reciprocal_rank_is_that_of_the_first_wanted_item():
    assert reciprocal_rank([4, 2, None]) == 0.5
    assert reciprocal_rank([None]) == 0.0


def test_ndcg_is_the_example_of_its_authors():
    # Järvelin & Kekäläinen 2002 with the discount log2(place + 1): gains 3 2 3 0 1 2 against 3 3 3 2 2 2 1 0.
    gains = [3.0, 2.0, 3.0, 0.0, 1.0, 2.0]
    best = 3 + 3 / math.log2(3) + 3 / 2 + 2 / math.log2(5) + 2 / math.log2(6) + 2 / math.log2(7)
    got = 3 + 2 / math.log2(3) + 3 / 2 + 0 + 1 / math.log2(6) + 2 / math.log2(7)
    assert ndcg_at(gains, [3.0, 3.0, 3.0, 2.0, 2.0, 2.0, 1.0], 6) == pytest.approx(got / best)


def test_ndcg_looks_no_deeper_than_k():
    assert ndcg_at([0.0, 0.0, 1.0], [1.0], 2) == 0.0
    assert ndcg_at([1.0], [1.0] * 20, 1) == 1.0


def test_the_area_counts_pairs_and_halves_of_ties():
    area = roc_area([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert area.estimate == (1 + 1 + 0.5 + 1) / 4
    assert 0 < area.low < area.estimate < area.high < 1


def test_an_area_without_an_overlap_keeps_an_open_end():
    perfect = roc_area([0.9, 0.8, 0.2, 0.1, 0.3], [True, True, False, False, False])
    assert (perfect.estimate, perfect.high) == (1.0, 1.0)
    assert perfect.low == pytest.approx(0.05 ** (1 / 2))
    assert roc_area([0.1, 0.9], [True, False]).low == 0.0


def test_one_cluster_says_nothing_about_an_area():
    area = roc_area([0.9, 0.5, 0.6, 0.1], [True, True, False, False], clusters=["a"] * 4)
    assert (area.low, area.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: recall_at([], 5),
        lambda: recall_at([1], 0),
        lambda: ndcg_at([1.0], [], 5),
        lambda: ndcg_at([-1.0], [1.0], 5),
        lambda: roc_area([1.0], [True]),
        lambda: roc_area([1.0, 0.0], [True]),
    ],
)
def test_what_cannot_be_measured_is_refused(wrong: object):
    assert callable(wrong)
    with pytest.raises(ValueError, match=r"\."):
        wrong()


def test_the_interval_of_an_area_covers_it_and_so_does_the_clustered_one():
    rng = np.random.default_rng(7)
    truth = 0.760249938906524  # Phi(1 / sqrt 2): two normal distributions one standard deviation apart
    covered = 0
    for _ in range(400):
        scores = np.concatenate([rng.normal(1, 1, 60), rng.normal(0, 1, 60)])
        area = roc_area(scores, [True] * 60 + [False] * 60)
        covered += area.low <= truth <= area.high
    assert covered / 400 == pytest.approx(0.95, abs=0.03)
