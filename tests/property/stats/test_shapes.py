"""What holds for any sample: order of the ends, symmetry, more cases saying more."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plimsoll.stats import (
    cases_for_proportion,
    clearing_probability,
    effective_count,
    holm,
    mcnemar_exact,
    mean_interval,
    paired_binary,
    paired_mean,
    quantile_interval,
    sign_flip,
    wilson,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SHARES = st.floats(0.02, 0.98)
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)
PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80)


@given(COUNTS, st.floats(0.5, 0.999))
def test_wilson_stays_within_0_and_1_around_its_estimate_and_mirrors_failures(
    count: tuple[int, int], confidence: float
):
    successes, n = count
    interval, mirrored = wilson(successes, n, confidence=confidence), wilson(n - successes, n, confidence=confidence)
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    assert abs(interval.low - (1 - mirrored.high)) < 1e-9


@given(COUNTS)
def test_one_more_success_never_lowers_an_end(count: tuple[int, int]):
    successes, n = count
    if successes < n:
        fewer, more = wilson(successes, n), wilson(successes + 1, n)
        assert fewer.low < more.low
        assert fewer.high <= more.high


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=80))
def test_clustered_outcomes_are_worth_more_than_nothing_and_no_more_than_their_number(rows: list[tuple[bool, int]]):
    count = effective_count([passed for passed, _ in rows], [cluster for _, cluster in rows])
    assert 0 < count.n <= len(rows)
    assert 0 <= count.successes <= count.n * (1 + 1e-12)


@given(VALUES, st.floats(0.05, 0.95))
def test_intervals_of_means_and_quantiles_surround_their_estimates(values: list[float], q: float):
    for interval in (mean_interval(values), quantile_interval(values, q)):
        assert interval.low <= interval.estimate <= interval.high


@given(PAIRS)
def test_swapping_the_versions_turns_the_difference_round(pairs: list[tuple[bool, bool]]):
    baseline, candidate = [one for one, _ in pairs], [other for _, other in pairs]
    there, back = paired_binary(baseline, candidate), paired_binary(candidate, baseline)
    assert -1 <= there.delta.low <= there.delta.estimate <= there.delta.high <= 1
    assert abs(there.delta.low + back.delta.high) < 1e-9
    assert there.p_value == back.p_value == mcnemar_exact(baseline, candidate)


@settings(max_examples=25)
@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)), st.integers(0, 2**32 - 1))
def test_a_version_against_itself_differs_by_nothing(scores: np.ndarray[tuple[int], np.dtype[np.float64]], seed: int):
    paired = paired_mean(scores, scores, rng=np.random.default_rng(seed))
    assert (paired.delta.estimate, paired.discordant, paired.p_value) == (0, 0, 1)
    assert paired.delta.low < 0 < paired.delta.high


@settings(max_examples=25)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_a_sign_flip_p_value_is_a_probability_and_never_zero(differences: list[float], seed: int):
    assert 0 < sign_flip(differences, rng=np.random.default_rng(seed), rounds=500) <= 1


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_only_raises(p_values: list[float]):
    adjusted = holm(p_values)
    assert all(raw <= corrected <= 1 for raw, corrected in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[place] for place in order] == sorted(adjusted)


@settings(max_examples=50)
@given(SHARES, SHARES)
def test_the_planned_number_of_cases_has_the_power_it_promises(expected: float, bar: float):
    if abs(expected - bar) > 0.02:
        n = cases_for_proportion(expected, bar)
        assert clearing_probability(n, expected=expected, bar=bar) >= 0.8
