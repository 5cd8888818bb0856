"""Rates behind an erring judge: the worked check, the estimator of PPI++, and what too little evidence leaves open."""

import pytest

from plimsoll.stats import JudgedCounts, count_judged, prediction_powered_mean, rogan_gladen

LABELS = [1.0] * 42 + [0.0] * 18
JUDGED = [1.0] * 36 + [0.0] * 6 + [1.0] * 5 + [0.0] * 13
OTHERS = [1.0] * 248 + [0.0] * 152


def test_verdicts_are_counted_against_labels():
    counts = count_judged([True, True, False, False, False], [True, False, True, False, False])
    assert counts == JudgedCounts(true_pass=1, false_fail=1, false_pass=1, true_fail=2)
    assert (counts.passes, counts.fails) == (2, 3)


def test_the_corrected_rate_is_that_of_rogan_and_gladen():
    judge = JudgedCounts(true_pass=90, false_fail=10, true_fail=80, false_pass=20)
    interval = rogan_gladen(620, 1_000, judge)
    assert interval.estimate == pytest.approx((0.62 + 0.8 - 1) / (0.9 + 0.8 - 1))
    assert interval.low < 0.6 < interval.high


def test_a_judge_tried_on_fewer_cases_leaves_more_open():
    many = rogan_gladen(620, 1_000, JudgedCounts(true_pass=90, false_fail=10, true_fail=80, false_pass=20))
    few = rogan_gladen(620, 1_000, JudgedCounts(true_pass=9, false_fail=1, true_fail=8, false_pass=2))
    assert few.high - few.low > 2 * (many.high - many.low)


def test_a_judge_that_tells_nothing_leaves_everything_open():
    judge = JudgedCounts(true_pass=5, false_fail=5, true_fail=5, false_pass=5)
    interval = rogan_gladen(62, 100, judge)
    assert (interval.estimate, interval.low, interval.high) == (0.62, 0.0, 1.0)


def test_a_judge_tried_on_passes_alone_leaves_everything_open():
    judge = JudgedCounts(true_pass=10, false_fail=0, true_fail=0, false_pass=0)
    interval = rogan_gladen(62, 100, judge)
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_the_powered_mean_is_that_of_the_published_package():
    # ppi-python 0.2.3: ppi_mean_pointestimate of the same three vectors.
    interval = prediction_powered_mean(LABELS, JUDGED, OTHERS)
    assert interval.estimate == pytest.approx(0.67137255, abs=1e-6)


def test_labels_narrow_what_a_judge_leaves_open():
    alone = prediction_powered_mean(LABELS, [0.5] * 60, [0.5] * 400)
    powered = prediction_powered_mean(LABELS, JUDGED, OTHERS)
    assert alone.estimate == 0.7
    assert powered.high - powered.low < alone.high - alone.low


def test_labels_that_share_a_cluster_count_for_less():
    clusters = [place // 6 for place in range(60)]
    alone = prediction_powered_mean(LABELS, JUDGED, OTHERS)
    clustered = prediction_powered_mean(LABELS, JUDGED, OTHERS, clusters=clusters)
    assert clustered.estimate == alone.estimate
    assert clustered.high - clustered.low > alone.high - alone.low


def test_a_judge_that_agreed_on_thirty_cases_may_still_err():
    labels = [1.0] * 27 + [0.0] * 3
    interval = prediction_powered_mean(labels, labels, [1.0] * 900 + [0.0] * 100)
    assert interval.high - interval.low > 0.08


@pytest.mark.parametrize("values", [[1.5, 0.0], [-0.1, 1.0]])
def test_scores_outside_their_range_are_refused(values: list[float]):
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        prediction_powered_mean([1.0, 0.0], values, [1.0])


def test_one_label_is_refused():
    with pytest.raises(ValueError, match="two labels or more"):
        prediction_powered_mean([1.0], [1.0], [1.0])
