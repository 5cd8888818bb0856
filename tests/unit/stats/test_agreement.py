"""Cohen's kappa as statsmodels has it, Krippendorff's alpha as its author worked it out."""

import math

import numpy as np
import pytest

from plimsoll.stats import Level, cohen_kappa, kappa_difference, krippendorff_alpha

from unit.stats import oracles

GAP = None
# Four observers, twelve units: the example of Krippendorff 2011.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
    [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
]


def units() -> list[list[float | None]]:
    return [list(unit) for unit in zip(*OBSERVERS, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_and_its_interval_are_those_of_statsmodels(seed: int):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, 80)
    second = np.where(rng.random(80) < 0.6, first, rng.integers(0, 3, 80))
    ours = cohen_kappa(first.tolist(), second.tolist())
    assert (ours.estimate, ours.low, ours.high) == pytest.approx(oracles.kappa(first, second), abs=1e-9)


def test_full_agreement_leaves_open_what_as_many_cases_cannot_show():
    labels = ["yes", "no"] * 10
    interval = cohen_kappa(labels, labels)
    assert interval.high == interval.estimate == 1.0
    assert interval.low == pytest.approx(1 - 2 * (1 - 0.05 ** (1 / 20)))


def test_raters_who_say_one_thing_only_show_no_agreement():
    with pytest.raises(ValueError, match="Both raters say 'yes' every time"):
        cohen_kappa(["yes"] * 5, ["yes"] * 5)


def test_raters_of_different_cases_are_refused():
    with pytest.raises(ValueError, match="got 1 and 2 labels"):
        cohen_kappa(["yes"], ["yes", "no"])


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorffs_own_example(level: Level, expected: float):
    interval = krippendorff_alpha(units(), rng=np.random.default_rng(1), level=level)
    assert interval.estimate == pytest.approx(expected, abs=5e-4)
    assert interval.low < interval.estimate < interval.high <= 1
    assert interval.n == 11  # the last unit bears one label


def test_alpha_needs_two_labels_to_disagree_about():
    with pytest.raises(ValueError, match="nothing to disagree about"):
        krippendorff_alpha([[1, 1], [1, None]], rng=np.random.default_rng(1))


def test_the_rise_of_kappa_is_the_difference_of_two_kappas_and_its_interval_holds_it():
    labels = [True] * 60 + [False] * 60
    before = [True] * 30 + [False] * 30 + [False] * 60
    now = [True] * 55 + [False] * 5 + [False] * 58 + [True] * 2
    rise = kappa_difference(labels, before, now, rng=np.random.default_rng(1))
    expected = cohen_kappa(labels, now).estimate - cohen_kappa(labels, before).estimate
    assert math.isclose(rise.estimate, expected)
    assert 0 < rise.low < rise.estimate < rise.high
    with pytest.raises(ValueError, match="a label and two ratings"):
        kappa_difference(labels, before, now[1:], rng=np.random.default_rng(1))
