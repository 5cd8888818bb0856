"""A histogram of durations knows every quantile to within one part in a hundred, and loses nothing in being merged."""

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.traces.rollup.amounts import Amount
from plimsoll.traces.rollup.histogram import (
    RELATIVE_ERROR,
    SMALLEST_NS,
    bucket_of,
    decode,
    encode,
    merge,
    middle_of,
    quantiles,
)

DURATION = st.integers(SMALLEST_NS, 10**16)
HISTOGRAM = st.dictionaries(st.integers(0, 1_430), st.integers(1, 2**40), max_size=20)


def counted(durations: list[int]) -> dict[int, int]:
    """Return the histogram of the durations."""
    buckets = [bucket_of(duration) for duration in durations]
    return {bucket: buckets.count(bucket) for bucket in buckets}


@given(DURATION)
def test_the_middle_of_a_bucket_is_within_the_stated_error_of_whatever_falls_into_it(duration: int):
    assert abs(middle_of(bucket_of(duration)) - duration) <= RELATIVE_ERROR * duration * (1 + 1e-9)


@given(st.lists(DURATION, min_size=1, max_size=60), st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_within_the_stated_error_of_the_exact_one(durations: list[int], share: float):
    exact = sorted(durations)[max(1, ceil(share * len(durations))) - 1]
    (found,) = quantiles(counted(durations), [share])
    assert found is not None
    assert abs(found * 1e6 - exact) <= RELATIVE_ERROR * exact * (1 + 1e-9)


@given(st.integers(-5, SMALLEST_NS))
def test_durations_below_a_microsecond_and_clocks_that_ran_back_count_as_one_microsecond(duration: int):
    assert middle_of(bucket_of(duration)) == SMALLEST_NS


@given(HISTOGRAM)
def test_a_histogram_comes_back_as_it_was_stored(histogram: dict[int, int]):
    assert decode(encode(histogram)) == histogram


@given(HISTOGRAM, HISTOGRAM)
def test_what_is_merged_and_taken_away_again_leaves_exactly_what_was_there(one: dict[int, int], other: dict[int, int]):
    amount = Amount(latencies=dict(one))
    amount.add(Amount(latencies=other))
    assert sum(amount.latencies.values()) == sum(one.values()) + sum(other.values())
    amount.add(Amount(latencies=other), -1)
    assert decode(encode(amount.latencies)) == one


@given(st.lists(st.tuples(st.integers(0, 3), HISTOGRAM), max_size=8))
def test_many_are_merged_at_once_as_they_are_one_by_one(stored: list[tuple[int, dict[int, int]]]):
    one_by_one = [Amount(latencies={}) for _ in range(4)]
    for place, histogram in stored:
        one_by_one[place].add(Amount(latencies=histogram))
    merged = merge([encode(histogram) for _, histogram in stored], [place for place, _ in stored], number=4)
    assert merged == [amount.latencies for amount in one_by_one]


def test_nothing_has_no_quantile():
    assert quantiles({}, [0.5, 0.9]) == [None, None]
