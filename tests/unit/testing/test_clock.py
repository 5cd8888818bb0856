from datetime import UTC, datetime, timedelta, timezone

import pytest

from plimsoll.records import Clock
from plimsoll.testing import FakeClock


def test_time_moves_only_when_told_to():
    clock: Clock = FakeClock(datetime(2026, 5, 1, tzinfo=UTC))
    assert (clock.now(), clock.monotonic()) == (datetime(2026, 5, 1, tzinfo=UTC), 0.0)


def test_both_times_go_together():
    clock = FakeClock(datetime(2026, 5, 1, tzinfo=UTC))
    clock.advance(90.5)
    assert (clock.now() - datetime(2026, 5, 1, tzinfo=UTC), clock.monotonic()) == (timedelta(seconds=90.5), 90.5)


def test_the_wall_time_is_always_in_utc():
    clock = FakeClock(datetime(2026, 5, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now().isoformat() == "2026-05-01T00:00:00+00:00"


def test_time_does_not_go_back():
    with pytest.raises(ValueError, match="does not go back"):
        FakeClock().advance(-1)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        FakeClock(datetime(2026, 5, 1))  # noqa: DTZ001  what the test is about
