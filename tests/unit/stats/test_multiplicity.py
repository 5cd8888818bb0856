"""Holm's correction and that of Benjamini and Hochberg, against statsmodels."""

import pytest

from plimsoll.stats import benjamini_hochberg, holm

from unit.stats import oracles


@pytest.mark.parametrize("p_values", [[0.04], [0.01, 0.04, 0.03], [0.5, 0.001, 0.2, 0.2, 1.0], [0.02, 0.02, 0.0]])
def test_holm_agrees_with_statsmodels(p_values: list[float]):
    assert holm(p_values) == pytest.approx(oracles.holm(p_values))


@pytest.mark.parametrize("p_values", [[0.04], [0.01, 0.04, 0.03], [0.5, 0.001, 0.2, 0.2, 1.0], [0.02, 0.02, 0.0]])
def test_benjamini_and_hochberg_agree_with_statsmodels(p_values: list[float]):
    assert benjamini_hochberg(p_values) == pytest.approx(oracles.benjamini_hochberg(p_values))


def test_no_questions_need_no_correction():
    assert holm([]) == []


def test_what_is_no_p_value_is_refused():
    with pytest.raises(ValueError, match=r"1\.2"):
        holm([0.1, 1.2])
