from plimsoll.traces.rollup.histogram import bucket_of, count_within


def test_what_lasted_no_longer_than_a_bound_is_counted_to_within_one_percent():
    histogram = {bucket_of(milliseconds * 1_000_000): 1 for milliseconds in (10, 100, 1_000)}
    assert [count_within(histogram, most) for most in (5.0, 101.5, 985.0, 1_020.0)] == [0, 2, 2, 3]
