"""Figures of predicted labels, held against counts done by hand."""

import numpy as np
import pytest

from plimsoll.stats import Classification, classification_figures


def figures(expected: list[str], predicted: list[str | None], clusters: list[int] | None = None) -> Classification:
    return classification_figures(expected, predicted, rng=np.random.default_rng(3), clusters=clusters)


def test_each_class_has_its_precision_recall_and_f1():
    found = figures(["cat", "cat", "dog", "dog", "dog"], ["cat", "dog", "dog", "dog", None])
    cat, dog = found.classes
    assert (cat.label, cat.precision, cat.recall, cat.cases) == ("cat", 1.0, 0.5, 2)
    assert (dog.precision, dog.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert cat.f1 == pytest.approx(2 / 3)
    assert found.macro_f1.estimate == pytest.approx(2 / 3)
    assert found.accuracy.estimate == 0.6


def test_a_class_that_is_never_predicted_has_no_precision():
    found = figures(["cat", "dog"], ["cat", "cat"])
    assert found.classes[1].precision is None
    assert found.classes[1].f1 == 0.0


def test_a_prediction_of_no_expected_class_is_a_miss():
    found = figures(["cat", "dog"], ["cat", "horse"])
    assert found.accuracy.estimate == 0.5
    assert [one.label for one in found.classes] == ["cat", "dog"]


def test_shared_clusters_widen_the_interval():
    expected = ["cat", "dog"] * 50
    predicted: list[str | None] = [*expected[:80], *(["dog", "cat"] * 10)]
    alone = figures(expected, predicted).macro_f1
    clustered = figures(expected, predicted, [place // 10 for place in range(100)]).macro_f1
    assert clustered.high - clustered.low > 1.5 * (alone.high - alone.low)


def test_cases_without_predictions_are_refused():
    with pytest.raises(ValueError, match="got 1 cases and 0 predictions"):
        figures(["cat"], [])
