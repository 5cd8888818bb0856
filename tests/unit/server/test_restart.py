"""When a worker that ended is started again."""

from plimsoll.server.running.restart import Restarts


def test_the_wait_doubles_and_the_fifth_end_within_a_minute_is_the_last():
    restarts = Restarts()
    assert [restarts.wait_after_end(float(second)) for second in range(5)] == [0.1, 0.2, 0.4, 0.8, None]


def test_ends_more_than_a_minute_ago_are_forgotten():
    restarts = Restarts()
    assert [restarts.wait_after_end(61.0 * number) for number in range(8)] == [0.1] * 8
